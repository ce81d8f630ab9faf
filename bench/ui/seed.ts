// npm run bench:ui:seed -- [--store sqlite|postgres] [--data DIR] [--full | --small]
// Makes the fixture of the page's budgets, or what is missing of it, and measures nothing.
import { mkdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readFixtureOptions } from './fixture-options.ts'
import { openPlace } from './fixture/fixture-place.ts'
import { prepareFixture, verifyFixture } from './fixture/fixture.ts'

const { values } = parseArgs({
  options: {
    store: { type: 'string' },
    data: { type: 'string' },
    full: { type: 'boolean' },
    small: { type: 'boolean' },
  },
})
const { kind, folder, size } = readFixtureOptions(values)
mkdirSync(folder, { recursive: true })
const startMs = performance.now()
const place = await openPlace(kind, folder)
try {
  const state = await prepareFixture({ place, say }, size)
  const server = await place.startServer()
  try {
    say(`${await verifyFixture(server, state)} copies tell what their originals told`)
  } finally {
    await server.stop()
  }
} finally {
  await place.close()
}
say(`the fixture is in ${folder}, after ${Math.round((performance.now() - startMs) / 1000)} s`)

function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`)
}
