import { readFileSync } from 'node:fs'

/**
 * Loaded before the product: its wall clock is off by as many milliseconds as stand in the file that CLOCK_OFFSET_FILE
 * names. The file is read again at SIGWINCH (the product takes the other signals for the wish to stop), so that the clock can jump while the product runs. The monotonic clock goes
 * on as it is, as when somebody sets the time of a machine.
 */
const file = process.env['CLOCK_OFFSET_FILE'] ?? ''
const SystemDate = Date

function read(): number {
  try {
    return Number(readFileSync(file, 'utf8')) || 0
  } catch {
    return 0
  }
}

let offset = read()
process.on('SIGWINCH', () => {
  offset = read()
})

const now = () => SystemDate.now() + offset

globalThis.Date = new Proxy(SystemDate, {
  construct(_target, args: unknown[], newTarget) {
    const fields = args.length === 0 ? [now()] : args
    return Reflect.construct(SystemDate, fields, newTarget) as Date
  },
  apply: () => new SystemDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
})
