import { readFileSync } from 'node:fs'

/** What a letter is made of, in reading order. The HTML and the plain text are both written from it. */
export type Part =
  | { readonly kind: 'paragraph'; readonly text: string }
  | { readonly kind: 'detail'; readonly label: string; readonly value: string }
  | { readonly kind: 'button'; readonly label: string; readonly url: string }
  /** An entry pass: the picture attached with this content id, and the code in words. */
  | { readonly kind: 'pass'; readonly cid: string; readonly code: string }
  | { readonly kind: 'note'; readonly text: string }

export interface Letter {
  readonly subject: string
  /** What a list of mails shows beside the subject. */
  readonly preheader: string
  /** Who speaks, at the top of the page. */
  readonly sender: string
  readonly heading: string
  readonly parts: readonly Part[]
  /** Why the reader gets this. */
  readonly footer: string
}

interface Layout {
  readonly head: string
  readonly parts: ReadonlyMap<string, string>
  readonly tail: string
}

const PART = /<!-- part:(\w+) -->\n?([\s\S]*?)<!-- \/part -->\n?/g

function readLayout(): Layout {
  const html = readFileSync(new URL('letter.html', import.meta.url), 'utf8')
  const found = [...html.matchAll(PART)]
  const first = found[0]
  const last = found.at(-1)
  if (first === undefined || last === undefined) throw new Error('letter.html has no parts')
  return {
    head: html.slice(0, first.index),
    parts: new Map(found.map(([, name = '', body = '']) => [name, body])),
    tail: html.slice(last.index + last[0].length),
  }
}

let layout: Layout | undefined

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeHtml = (text: string) => text.replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char)

/** Fills every `{{word}}`; a value can never become markup. @throws Error for a word without a value */
function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, word: string) => {
    const value = values[word]
    if (value === undefined) throw new Error(`letter.html asks for ${word}`)
    return escapeHtml(value)
  })
}

/** @returns the letter as an HTML document that loads nothing from anywhere */
export function letterHtml({ parts, ...letter }: Letter): string {
  layout ??= readLayout()
  const { head, parts: templates, tail } = layout
  const body = parts.map(({ kind, ...values }) => {
    if ('url' in values && !/^https?:\/\//.test(values.url))
      throw new Error('a button leads to a web address')
    return fill(templates.get(kind) ?? '', values)
  })
  return fill(head, letter) + body.join('') + fill(tail, letter)
}

function partText(part: Part): string {
  switch (part.kind) {
    case 'paragraph':
    case 'note':
      return part.text
    case 'detail':
      return `${part.label}: ${part.value}`
    case 'button':
      return `${part.label}:\n${part.url}`
    case 'pass':
      return `Your entry code: ${part.code}`
  }
}

/** @returns the same letter for readers of plain text; details stand together, everything else apart */
export function letterText({ heading, parts, footer }: Letter): string {
  let text = heading
  let before: Part['kind'] | null = null
  for (const part of parts) {
    text += part.kind === 'detail' && before === 'detail' ? '\n' : '\n\n'
    text += partText(part)
    before = part.kind
  }
  return `${text}\n\n-- \nSent with GuestGuard. ${footer}\n`
}
