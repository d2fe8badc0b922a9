import { expect, it } from 'vitest'
import { EventHistory } from '../../src/rescoring/history.ts'
import { v1 } from '../../src/scoring/rules/v1.ts'
import { asFacts, guestSteps } from '../support/facts.ts'

const { invited, linkIssued, attempted, scored, verdict, verdictWithdrawn } = guestSteps(0, 1)

it('counts a verdict as long as it stands', () => {
  const opened = [invited(), linkIssued(), attempted(1), scored(1), attempted(2), scored(2)]
  const judged = [verdict(1, 'suspicious'), verdict(2), verdictWithdrawn(2)]
  const history = new EventHistory(v1)
  for (const fact of asFacts([...opened, ...judged])) history.follow(fact)
  expect(history.results().map((opening) => opening.verdict)).toEqual(['suspicious', null])
})
