import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { liftQuota, quotaObstacle, spendQuota } from './quota.ts'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'

const obstacle = await quotaObstacle()

let folder: string
let child: ChildProcess | undefined

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'guestguard-harms-'))
})

afterEach(async () => {
  child?.kill('SIGKILL')
  child = undefined
  await rm(folder, { recursive: true, force: true })
})

/** A process that does this for every line it is sent, and says what came of it. */
function say(program: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const script = `
    const fs = require('node:fs')
    process.stdin.on('data', () => { try { console.log(${program}) } catch (error) { console.log(error.code) } })`
  const running = spawn(process.execPath, [...args, '-e', script], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child = running
  return {
    pid: running.pid ?? 0,
    next: () =>
      new Promise<string>((resolve) => {
        running.stdout.once('data', (chunk: Buffer) => {
          resolve(chunk.toString().trim())
        })
        running.stdin.write('.')
      }),
  }
}

describe('what the nemesis does', () => {
  it.skipIf(obstacle !== null)(
    'spends the quota of a process, so that no file grows, and gives it back',
    async () => {
      const file = path.join(folder, 'mail')
      const writer = say(`fs.writeFileSync(${JSON.stringify(file)}, 'x'.repeat(20000)) ?? 'written'`)
      expect(await writer.next()).toBe('written')
      await spendQuota(writer.pid)
      expect(await writer.next()).toBe('EFBIG')
      await liftQuota(writer.pid)
      expect(await writer.next()).toBe('written')
    },
  )

  it('sets the clock of a process, while it runs and from its start', async () => {
    const file = path.join(folder, 'clock')
    await writeFile(file, '3600000')
    const preload = ['--import', path.join(import.meta.dirname, 'skewed-clock.main.ts')]
    const offset = 'Math.round((Date.now() - performance.timeOrigin - performance.now()) / 60000)'
    const teller = say(
      `${offset} + ' ' + (new Date().getTime() - Date.now() < 5) + ' ' + new Date(5).getTime()`,
      preload,
      {
        CLOCK_OFFSET_FILE: file,
      },
    )
    expect(await teller.next()).toBe('60 true 5')
    await writeFile(file, '-7200000')
    process.kill(teller.pid, 'SIGWINCH')
    await expect.poll(teller.next).toBe('-120 true 5')
  })

  describe('to a connection', () => {
    let proxy: TcpProxy
    const echo = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.pipe(socket)
    })

    beforeEach(async () => {
      await new Promise<void>((resolve) => {
        echo.listen(0, '127.0.0.1', resolve)
      })
      proxy = await startTcpProxy((echo.address() as { port: number }).port)
    })

    afterEach(() => {
      proxy.close()
      echo.close()
    })

    /** @returns what comes back of a text, `closed` for a connection that ends */
    function call(text: string): Promise<string> {
      return new Promise((resolve) => {
        const socket = connect(proxy.port, '127.0.0.1', () => socket.write(text))
        socket.once('data', (chunk) => {
          resolve(chunk.toString())
          socket.destroy()
        })
        socket.on('error', () => undefined)
        socket.on('close', () => {
          resolve('closed')
        })
      })
    }

    it('cuts it, and lets others in once it is mended', async () => {
      expect(await call('one')).toBe('one')
      proxy.cut()
      expect(await call('two')).toBe('closed')
      proxy.mend()
      expect(await call('three')).toBe('three')
    })

    it('holds back what is sent while it is silent, and passes it on in order afterwards', async () => {
      proxy.silence()
      const answer = call('late')
      const early = await Promise.race([
        answer,
        new Promise((resolve) => setTimeout(resolve, 100, 'nothing')),
      ])
      expect(early).toBe('nothing')
      proxy.mend()
      expect(await answer).toBe('late')
    })
  })
})
