import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { addressFault, readAddress } from '../../src/eventstore/eventstoredb/address.ts'

describe('the address of an EventStoreDB', () => {
  it.each([
    ['esdb://localhost:2113?tls=false', 'esdb://localhost:2113?tls=false'],
    ['esdb://db.example.org', 'esdb://db.example.org:2113'],
    ['esdb://db.example.org:2113/?tls=true', 'esdb://db.example.org:2113?tls=true'],
    ['kurrentdb://db.example.org', 'esdb://db.example.org:2113'],
    ['esdb://ops:changeit@db:2113?tls=true', 'esdb://ops:changeit@db:2113?tls=true'],
    ['esdb://ops:a%3Ab%40c%2Fd@db', 'esdb://ops:a%3Ab%40c%2Fd@db:2113'],
    ['esdb://ops:a@b@db', 'esdb://ops:a%40b@db:2113'],
    ['esdb+discover://cluster.example.org', 'esdb+discover://cluster.example.org:2113'],
    ['kurrentdb+discover://u:p@cluster', 'esdb+discover://u:p@cluster:2113'],
    ['esdb://a:1,b,c:3?nodePreference=leader', 'esdb://a:1,b:2113,c:3?nodePreference=leader'],
    ['esdb://db?TLS=true&tls_ca_file=/etc/ca.crt', 'esdb://db:2113?tls=true&tlsCAFile=%2Fetc%2Fca.crt'],
    [
      'esdb://db?connectionName=a%40b&keepAliveInterval=-1',
      'esdb://db:2113?connectionName=a%40b&keepAliveInterval=-1',
    ],
  ])('%s is given to the client as %s', (text, url) => {
    expect(readAddress(text).url).toBe(url)
  })

  it('with several hosts to discover names all of them: the client would ask the first one only', () => {
    expect(readAddress('esdb+discover://a,b:2114,c').url).toBe('esdb://a:2113,b:2114,c:2113')
  })

  it('says how long a call may take, 10 s when it does not', () => {
    expect(readAddress('esdb://db?defaultDeadline=2500').deadlineMs).toBe(2_500)
    expect(readAddress('esdb://db').deadlineMs).toBe(10_000)
  })

  it.each([
    ['http://db:2113', 'takes an address such as esdb://user:password@host:2113?tls=true'],
    ['esdb:db', 'takes an address such as'],
    ['esdb://db/path', 'takes an address such as'],
    ['esdb://', 'takes host or host:port'],
    ['esdb://db:port', 'takes host or host:port'],
    ['esdb://db:0', 'takes host or host:port'],
    ['esdb://db:65536', 'takes host or host:port'],
    ['esdb://a,,b', 'takes host or host:port'],
    ['esdb://[::1]:2113', 'takes host or host:port'],
    ['esdb://secret@db', 'takes user:password before the @'],
    ['esdb://ops:secret:more@db', 'takes user:password before the @'],
    ['esdb://ops:@db', 'takes user:password before the @'],
    ['esdb://ops:%zzsecret@db', 'takes user:password before the @'],
    ['esdb://ops:sec/ret@db', 'takes an address such as'],
    ['esdb://ops:secret@db?tls', 'takes no such value for tls'],
    ['esdb://ops:secret@db?tls=yes', 'takes no such value for tls'],
    ['esdb://ops:secret@db?ssl=true', 'takes no such option after the ?; it takes tls, '],
    ['esdb://ops:secret@db?tlsVerifyCert=false', 'takes no such value for tlsVerifyCert: name the authority'],
    ['esdb://ops:secret@db?defaultDeadline=0', 'takes no such value for defaultDeadline'],
    ['esdb://ops:secret@db?nodePreference=any', 'takes no such value for nodePreference'],
  ])('%s is refused in one line that keeps its secrets', (text, fault) => {
    expect(addressFault(text)).toContain(fault)
    const read = () => readConfig({ EVENTSTORE_URL: text })
    expect(read).toThrow(/^EVENTSTORE_URL takes [^\n]+$/)
    expect(read).not.toThrow(/secret/)
  })
})
