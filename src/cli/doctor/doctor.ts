import { noArgument, parse, type Command } from '../command.ts'
import { examineDatabase } from './database.ts'
import { examineEnvironment } from './environment.ts'
import { look, type Finding } from './finding.ts'
import { examineMasterKey } from './keys.ts'
import { examineFolder, examineNode, examinePort } from './machine.ts'
import { examineEventStore, examineGeo, examineMail } from './services.ts'

const MARKS = { ok: 'ok     ', warning: 'warning', broken: 'BROKEN ' } as const

export const doctor: Command = {
  name: 'doctor',
  summary: 'Look at everything that the product stands on, and say how to mend what is broken',
  usage: `guestguard doctor [--json]

Looks at the environment (every variable), Node, the data folder, the master key, the disk, the port, the database and
its clock, the event store, the mail server and the file of places, each with what to do about it. It changes nothing,
sends nothing, and starts nothing: with the product running it looks at what runs, without it at what is there.

Exit code 1 when something is broken; warnings alone are 0.`,
  examples: [
    ['guestguard doctor', 'before the first start, and when something is strange'],
    ['guestguard doctor --json | jq ".[] | select(.state != \\"ok\\")"', 'only what is not as it should be'],
  ],
  run: async (run) => {
    noArgument(parse(run.args, {}).positionals)
    const { findings: environment, config } = examineEnvironment(run.env)
    const keys = await examineMasterKey(config)
    const looks = await Promise.all([
      look('data folder', 'Set DATA_DIR to a folder that this user may write.', () => examineFolder(config)),
      look('web server', 'See what listens there: ss -ltnp', () => examinePort(config)),
      look('database', 'Is PostgreSQL running, and does it let this machine in? Correct DATABASE_URL.', () =>
        examineDatabase(config, keys),
      ),
      look(
        'event store',
        'Is the server running, and can this machine reach it? Correct EVENTSTORE_URL.',
        () => examineEventStore(config),
      ),
      look('mail', 'Correct SMTP_URL.', () => examineMail(config)),
      look('places', 'Correct GEOIP_DB_PATH or GEOIP_PROVIDER; without places: GEOIP_PROVIDER=null', () =>
        examineGeo(config, Date.now()),
      ),
    ])
    const findings = [...environment, examineNode(), keys.finding, ...looks.flat()]
    if (run.json) run.answer(findings)
    else for (const line of findings.flatMap(linesOf)) run.say(line)
    return findings.some(({ state }) => state === 'broken') ? 1 : 0
  },
}

function linesOf({ subject, state, detail, mend }: Finding): string[] {
  return [`${MARKS[state]}  ${subject}: ${detail}`, ...(mend === null ? [] : [`         -> ${mend}`])]
}
