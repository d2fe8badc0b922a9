import type { Signal } from './desk.ts'

/** Milliseconds of buzzing, pause, buzzing: one short for go, long ones for anything else. */
const buzzes: Record<Signal, number[]> = {
  go: [70],
  queued: [70, 50, 30],
  inside: [60, 60, 60],
  stop: [220, 90, 220],
  ask: [120, 80, 120],
}

/** Hertz and milliseconds: up is good, down is bad; told apart also by their rhythm. */
const tones: Record<Signal, readonly (readonly [hertz: number, ms: number])[]> = {
  go: [
    [880, 90],
    [1_320, 140],
  ],
  queued: [
    [880, 90],
    [1_100, 90],
    [880, 90],
  ],
  inside: [
    [660, 110],
    [660, 110],
  ],
  stop: [
    [220, 260],
    [165, 320],
  ],
  ask: [
    [520, 120],
    [390, 120],
    [520, 120],
  ],
}

/** Lets an outcome be felt. */
export function buzz(signal: Signal): void {
  if ('vibrate' in navigator) navigator.vibrate(buzzes[signal])
}

/** Lets outcomes be heard. Browsers stay silent until somebody has touched the page: `wake` on the first touch. */
export class Bell {
  #context: AudioContext | null = null

  wake(): void {
    this.#context ??= new AudioContext()
    if (this.#context.state === 'suspended') void this.#context.resume()
  }

  ring(signal: Signal): void {
    const context = this.#context
    if (context?.state !== 'running') return
    let at = context.currentTime
    for (const [hertz, ms] of tones[signal]) {
      const end = at + ms / 1_000
      const oscillator = new OscillatorNode(context, { type: 'triangle', frequency: hertz })
      const gain = new GainNode(context, { gain: 0.4 })
      // Without the ramp each tone ends with a click.
      gain.gain.setTargetAtTime(0, end - 0.02, 0.01)
      oscillator.connect(gain).connect(context.destination)
      oscillator.start(at)
      oscillator.stop(end + 0.03)
      at = end
    }
  }
}
