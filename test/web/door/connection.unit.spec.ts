import { describe, expect, it } from 'vitest'
import { Connection } from '../../../web/src/door/offline/connection.ts'

function connectionOf(online = true) {
  const changes: boolean[] = []
  return { changes, connection: new Connection(online, (now) => changes.push(now)) }
}

describe('the connection of a scanner', () => {
  it('is given up at once when an answer takes too long', () => {
    const { connection, changes } = connectionOf()
    connection.ended('silent')
    expect(connection.online).toBe(false)
    expect(changes).toEqual([false])
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
    expect(changes).toEqual([false, true])
  })

  it('stays lost through further errors', () => {
    const { connection, changes } = connectionOf(false)
    connection.ended('failed')
    connection.ended('silent')
    expect(connection.online).toBe(false)
    expect(changes).toEqual([])
  })
})
