import { toBuffer, toString } from 'qrcode'
import type { Attachment } from './message.ts'

/** By which the HTML of the mail finds the picture. */
export const PASS_CID = 'entry-pass'

/**
 * The entry pass as a picture. Attached and not a `data:` URL: Gmail and Outlook show no data URLs.
 * @param pass what the scanner at the door reads: capitals and digits, which QR codes hold in less space
 */
export async function passPicture(pass: string): Promise<Attachment> {
  const content = await toBuffer(pass, {
    type: 'png',
    // M recovers 15 %: enough for a scratched screen, and the modules stay large.
    errorCorrectionLevel: 'M',
    // Four modules of white around it, as ISO/IEC 18004 asks; dark mail programs have no white of their own.
    margin: 4,
    // Twice the size it is shown at, for dense screens.
    width: 440,
  })
  return { filename: 'entry-pass.png', contentType: 'image/png', content, cid: PASS_CID }
}

/** @returns a QR code as SVG, for pages; dark on white with the quiet zone that readers need */
export function qrSvg(text: string): Promise<string> {
  return toString(text, { type: 'svg', errorCorrectionLevel: 'M', margin: 4 })
}
