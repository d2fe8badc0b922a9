/** The wax of the seal and the glow behind it. */
export interface Accent {
  wax: string
  /** The mark pressed into the wax: light on dark wax, dark on light wax. */
  mark: string
}

const ours: Accent = { wax: '#15803d', mark: '#dcfce7' }

/** @param colour of the event's branding as `#rrggbb`; anything else gives the brand green */
export function accentOf(colour: string | null): Accent {
  const hex = /^#([0-9a-f]{6})$/i.exec(colour ?? '')?.[1]
  if (hex === undefined) return ours
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => channel(parseInt(hex.slice(at, at + 2), 16)))
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
  // Where black and white contrast equally, by the formula of WCAG.
  return { wax: `#${hex}`, mark: luminance > 0.179 ? '#0b1120' : '#ffffff' }
}

const channel = (byte: number): number => {
  const part = byte / 255
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
}

/** @returns the logo if the page may load it: our own, or within the answer. Others the security policy stops. */
export const logoOf = (logo: string | null): string | null =>
  logo !== null && /^(data:image\/|\/(?!\/))/.test(logo) ? logo : null
