import { createHash } from 'node:crypto'
import type { Fingerprint } from '../scoring/fingerprint.ts'
import { diceOf } from './random.ts'

/** What a browser says of itself: in the request, and to the page that asks. */
export interface Device {
  readonly userAgent: string
  readonly fingerprint: Fingerprint
}

interface Model {
  readonly userAgent: string
  readonly platform: string
  readonly vendor: string
  readonly screens: readonly string[]
  readonly cores: readonly number[]
  readonly memory: string | null
  readonly touch: number
  readonly graphics: readonly string[]
}

const APPLE = 'Apple Computer, Inc.'
const GOOGLE = 'Google Inc.'

const laptops: readonly Model[] = [
  {
    userAgent:
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.4 Safari/605.1.15',
    platform: 'MacIntel',
    vendor: APPLE,
    screens: ['[1440,900]', '[1512,982]', '[1728,1117]'],
    cores: [8, 10],
    memory: null,
    touch: 0,
    graphics: ['Apple GPU'],
  },
  {
    userAgent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/152.0.0.0 Safari/537.36',
    platform: 'Win32',
    vendor: GOOGLE,
    screens: ['[1920,1080]', '[1536,864]', '[2560,1440]'],
    cores: [8, 12, 16],
    memory: '8',
    touch: 0,
    graphics: ['ANGLE (Intel, Intel(R) Iris(R) Xe Graphics Direct3D11 vs_5_0 ps_5_0, D3D11)'],
  },
  {
    userAgent:
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/152.0.0.0 Safari/537.36 Edg/152.0.0.0',
    platform: 'Win32',
    vendor: GOOGLE,
    screens: ['[1920,1080]', '[1366,768]'],
    cores: [4, 8],
    memory: '8',
    touch: 0,
    graphics: ['ANGLE (AMD, AMD Radeon(TM) Graphics Direct3D11 vs_5_0 ps_5_0, D3D11)'],
  },
  {
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
    platform: 'Linux x86_64',
    vendor: '',
    screens: ['[1920,1080]', '[1920,1200]'],
    cores: [8, 16],
    memory: null,
    touch: 0,
    graphics: ['Mesa Intel(R) UHD Graphics 620 (KBL GT2)'],
  },
]

const iphone: Model = {
  userAgent:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.4 Mobile/15E148 Safari/604.1',
  platform: 'iPhone',
  vendor: APPLE,
  screens: ['[390,844]', '[393,852]', '[430,932]'],
  cores: [4, 6],
  memory: null,
  touch: 5,
  graphics: ['Apple GPU'],
}

const android: Model = {
  userAgent:
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/152.0.0.0 Mobile Safari/537.36',
  platform: 'Linux armv81',
  vendor: GOOGLE,
  screens: ['[412,915]', '[360,800]', '[384,854]'],
  cores: [8],
  memory: '8',
  touch: 5,
  graphics: ['Mali-G710', 'Adreno (TM) 740'],
}

const samsung: Model = {
  ...android,
  userAgent:
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/30.0 Chrome/146.0.0.0 Mobile Safari/537.36',
  screens: ['[360,780]', '[412,892]'],
  graphics: ['Xclipse 940', 'Adreno (TM) 750'],
}

/** About as common as among European guests. */
const phones: readonly Model[] = [iphone, iphone, iphone, android, android, samsung]

/** Agents of programs that fetch a page to show a preview of it in a chat. */
export const UNFURLERS = [
  'WhatsApp/2.24.25.78 A',
  'WhatsApp/2.24.25.78 i',
  'TelegramBot (like TwitterBot)',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0',
] as const

/** The browser that mail protection fetches links with. */
export const SCANNER =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36 Edg/146.0.0.0'

/**
 * @param owner whose device it is; the same owner has the same device each time
 * @param timezone IANA name, which the browser tells the page
 */
export function deviceOf(
  kind: 'laptop' | 'phone',
  owner: string,
  language: string,
  timezone: string,
): Device {
  const dice = diceOf(`${kind} of ${owner}`)
  const model = dice.pick(kind === 'laptop' ? laptops : phones)
  return {
    userAgent: model.userAgent,
    fingerprint: {
      visitorId: createHash('sha256').update(`${kind} of ${owner}`).digest('hex').slice(0, 32),
      colorDepth: '24',
      ...(model.memory === null ? {} : { deviceMemory: model.memory }),
      hardwareConcurrency: String(dice.pick(model.cores)),
      languages: JSON.stringify([[language]]),
      platform: model.platform,
      screenResolution: dice.pick(model.screens),
      timezone,
      touchSupport: JSON.stringify({ maxTouchPoints: model.touch, touchEvent: model.touch > 0 }),
      vendor: model.vendor,
      graphics: dice.pick(model.graphics),
    },
  }
}
