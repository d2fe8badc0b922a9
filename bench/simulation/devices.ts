import { agentClass } from '../../src/scoring/agent.ts'
import type { Random } from './random.ts'

/** What a browser shows of its device; the digest is of all of it together. */
export interface Device {
  readonly userAgent: string
  readonly language: string
  readonly hardware: string
}

const BROWSERS = {
  iphone: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_2 like Mac OS X) Version/19.2 Mobile/15E148 Safari/604.1',
  iphoneChrome:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_2 like Mac OS X) CriOS/140.0 Mobile/15E148 Safari/604.1',
  iphoneApp: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_2 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148',
  android: 'Mozilla/5.0 (Linux; Android 15; K) Chrome/140.0.0.0 Mobile Safari/537.36',
  samsung: 'Mozilla/5.0 (Linux; Android 15; K) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36',
  androidFirefox: 'Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0',
  androidApp: 'Mozilla/5.0 (Linux; Android 15; K; wv) Version/4.0 Chrome/140.0.0.0 Mobile Safari/537.36',
  windows: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0 Safari/537.36',
  edge: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
  firefox: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  safari: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/19.0 Safari/605.1.15',
  macChrome: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/140.0.0.0 Safari/537.36',
  linux: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0 Safari/537.36',
} as const

/** Languages as a browser lists them: mostly the country's and English. */
function languages(random: Random, language: string): string {
  const variant = random.weighted([
    ['', 60],
    ['+en', 25],
    ['-regional', 10],
  ])
  return random.chance(0.05) ? `${language},${String(random.int(40))}` : language + variant
}

/**
 * iPhones of some models look the same to a page (fingerprintjs#539); on Android the graphics card, memory and cores tell
 * some sixty apart, a few of them very common.
 */
export function phone(random: Random, language: string): Device {
  const own = languages(random, language)
  if (random.chance(0.45)) {
    const browser = random.chance(0.85) ? BROWSERS.iphone : BROWSERS.iphoneChrome
    return { userAgent: browser, language: own, hardware: `iphone-${String(random.zipf(3))}` }
  }
  const browser = random.weighted([
    [BROWSERS.android, 70],
    [BROWSERS.samsung, 24],
    [BROWSERS.androidFirefox, 6],
  ])
  return { userAgent: browser, language: own, hardware: `android-${String(random.zipf(60))}` }
}

export function laptop(random: Random, language: string): Device {
  const own = languages(random, language)
  if (random.chance(0.3)) {
    const browser = random.chance(0.5) ? BROWSERS.safari : BROWSERS.macChrome
    return { userAgent: browser, language: own, hardware: `mac-${String(random.zipf(8))}` }
  }
  const browser = random.weighted([
    [BROWSERS.windows, 60],
    [BROWSERS.edge, 28],
    [BROWSERS.firefox, 12],
  ])
  return { userAgent: browser, language: own, hardware: `pc-${String(random.zipf(150))}` }
}

/** A browser that is driven by a script. */
export function headless(random: Random): Device {
  return { userAgent: BROWSERS.linux, language: 'en', hardware: `server-${String(random.zipf(5))}` }
}

/** The same telephone in the browser of an app; a laptop has none. */
export function inApp(device: Device): Device {
  if (device.userAgent.includes('iPhone')) return { ...device, userAgent: BROWSERS.iphoneApp }
  return device.userAgent.includes('Android') ? { ...device, userAgent: BROWSERS.androidApp } : device
}

/** Stands for the SHA-256 of the details: the simulation only asks whether two are equal. */
export function digestOf({ userAgent, language, hardware }: Device): string {
  return `${agentClass(userAgent) ?? ''}|${language}|${hardware}`
}
