import { codeIn, keyOf } from './code.ts'

/** Whom a scan is about: what was scanned or typed, or somebody picked from the list. */
export type Subject = { readonly pass: string } | { readonly code: string } | { readonly guestId: string }

/** One reading: what makes an arrival the same arrival when it is sent again. */
export interface Scan {
  readonly subject: Subject
  readonly nonce: string
  /** ISO 8601, by the clock of this device. */
  readonly scannedAt: string
}

/** @param text whatever was scanned or typed; an id is never taken from it */
export function subjectIn(text: string): Subject {
  return codeIn(text) === null ? { pass: text } : { code: text }
}

/** @returns the same text for two readings of the same thing */
export function keyOfSubject(subject: Subject): string {
  if ('guestId' in subject) return `guest ${subject.guestId}`
  return keyOf('pass' in subject ? subject.pass : subject.code)
}
