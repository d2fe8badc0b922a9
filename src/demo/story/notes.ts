import type { Answer } from '../../events/rsvps.ts'
import type { Person } from '../people.ts'
import type { Dice } from '../random.ts'

const companions = [
  'Alix',
  'Noa',
  'Sami',
  'Charlie',
  'Lior',
  'Robin',
  'Andrea',
  'Kim',
  'Dominique',
  'Jules',
  'Sasha',
  'Eden',
  'Maxi',
  'Noor',
  'Toni',
  'Ariel',
] as const

const notes: Readonly<Record<Answer, readonly string[]>> = {
  attending: [
    'Two vegetarians with us, thank you!',
    'I am allergic to nuts.',
    'We arrive by the 18:40 train and come straight from the station.',
    'Is there somewhere to leave a pram?',
    'Please seat us near my parents if you can.',
    'Looking forward to seeing the orchids again.',
    'One of us uses a wheelchair. Is the terrace level?',
    'No alcohol for me, otherwise I eat everything.',
  ],
  declined: [
    'We are away that week. Have a wonderful evening!',
    'The little one is due any day now. Next time!',
    'I am on shift until midnight, sadly.',
    'So sorry to miss it.',
    'I have to be in Geneva for work.',
  ],
  maybe: [
    'I am waiting for my rota, I will know on Thursday.',
    'It depends on the babysitter.',
    'I would love to. May I tell you next week?',
    'If the trains run, yes!',
  ],
}

/** Names of those who come along; some guests leave them for later. */
export function companionsOf(person: Person, count: number, dice: Dice): string[] {
  if (dice.chance(0.25)) return []
  const family = person.name.slice(person.name.indexOf(' ') + 1)
  return dice
    .shuffled(companions)
    .slice(0, count)
    .map((first, index) => (index === 0 || dice.chance(0.6) ? `${first} ${family}` : first))
}

/** Most guests write nothing. */
export function noteFor(answer: Answer, dice: Dice): string | null {
  return dice.chance(answer === 'attending' ? 0.2 : 0.6) ? dice.pick(notes[answer]) : null
}
