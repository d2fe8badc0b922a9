import type { Problem } from '@contracts/common.ts'

/** The code of a problem that never reached the server: no network, or no answer. */
export const unreachable = 'unreachable'

/** The code of an answer that is none of the API: the page of a proxy, of a network that wants a login, of a fault on the way. */
export const unexpected = 'unexpected_answer'

/** A refusal of the API (RFC 9457), or the lack of any answer (`status` 0, `code` 'unreachable'). */
export class ApiProblem extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail || problem.title)
    this.name = 'ApiProblem'
    this.problem = problem
  }

  get status(): number {
    return this.problem.status
  }

  get code(): string {
    return this.problem.code
  }

  /** The sentences for the fields of a form, by path (`email`, `guestIds.0`); the first one wins. */
  get fields(): Record<string, string> {
    const entries = (this.problem.errors ?? []).map((error) => [error.path, error.message] as const)
    return Object.fromEntries(entries.reverse())
  }
}

/** The sentence to show for anything that was thrown. */
export function sentenceOf(thrown: unknown): string {
  if (thrown instanceof ApiProblem) return thrown.message
  return 'Something went wrong in this page. Reload it and try again.'
}

const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' && body !== null && 'code' in body && 'status' in body && 'detail' in body

/** Reads the problem of a refused answer; a proxy's HTML page becomes a plain sentence. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null)
  if (isProblem(body)) return new ApiProblem(body)
  return new ApiProblem({
    type: 'about:blank',
    title: 'Unexpected answer',
    status: response.status,
    detail: `The server answered in an unexpected way (${String(response.status)}). Please try again.`,
    code: unexpected,
  })
}

export const noAnswer = (): ApiProblem =>
  new ApiProblem({
    type: 'about:blank',
    title: 'No answer',
    status: 0,
    detail: 'The server could not be reached. Check the connection and try again.',
    code: unreachable,
  })
