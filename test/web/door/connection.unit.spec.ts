import { describe, expect, it } from 'vitest'
import { Connection, type Link } from '../../../web/src/door/offline/connection.ts'

function connectionOf(online = true) {
  const changes: Link[] = []
  return { changes, connection: new Connection(online, (now) => changes.push(now)) }
}

describe('the connection of a scanner', () => {
  it('is one that nobody knows of until the first answer, and none without a network', () => {
    const { connection, changes } = connectionOf()
    expect([connection.link, connection.online]).toEqual(['connecting', true])
    connection.ended('failed')
    connection.ended('unrelated')
    expect(connection.link).toBe('connecting')
    connection.ended('answered')
    expect(changes).toEqual(['online'])
    expect(connectionOf(false).connection.link).toBe('offline')
  })

  it('is given up at once when nobody answers', () => {
    const { connection, changes } = connectionOf()
    connection.ended('silent')
    expect(connection.online).toBe(false)
    expect(changes).toEqual(['offline'])
  })

  it('is given up after three errors in a row, and not after two', () => {
    const { connection } = connectionOf()
    connection.ended('failed')
    connection.ended('failed')
    expect(connection.online).toBe(true)
    connection.ended('answered')
    connection.ended('failed')
    connection.ended('failed')
    expect(connection.online).toBe(true)
    connection.ended('failed')
    expect(connection.online).toBe(false)
  })

  it('is given up when the browser says so, and is back with any answer', () => {
    const { connection, changes } = connectionOf()
    connection.lostNetwork()
    connection.lostNetwork()
    expect(connection.online).toBe(false)
    connection.ended('answered')
    expect(connection.online).toBe(true)
    expect(changes).toEqual(['offline', 'online'])
  })

  it('stays lost through further errors', () => {
    const { connection, changes } = connectionOf(false)
    connection.ended('failed')
    connection.ended('silent')
    expect(connection.online).toBe(false)
    expect(changes).toEqual([])
  })
})
