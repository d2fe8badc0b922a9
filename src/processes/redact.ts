const MAIL_ADDRESS = /[^\s<>"'(),;:]+@[^\s<>"'(),;:]+/g
const PHONE_NUMBER = /\+\d[\d\s().-]{5,}\d/g

/** @returns an error's text without what could be a mail address or a phone number */
export function withoutAddresses(text: string): string {
  return text.replaceAll(MAIL_ADDRESS, '[address]').replaceAll(PHONE_NUMBER, '[number]').slice(0, 500)
}
