import assert from 'node:assert/strict'
import { test } from 'node:test'
import { COMMANDS_PLAYED, OTHERS_PLAYED, RULES_PLAYED } from './coverage.ts'
import { NO_FAULTS } from './faults.ts'
import { PLANTS, type Plant } from './plants.ts'
import { simulate, type Report } from './simulate.ts'

/** As many nodes as each seed draws. */
const SEEDS = 300
/** Three nodes each. */
const SEEDS_OF_MANY = 200
/** In so many seeds every mistake is found. */
const PLANT_SEEDS_MAX = 200

test(`${SEEDS + SEEDS_OF_MANY} runs of one, two and three nodes with every kind of fault find nothing`, async t => {
  const totals = new Map<string, number>()
  const failures = [...(await runAll(SEEDS, undefined, totals)), ...(await runAll(SEEDS_OF_MANY, 3, totals))]

  t.diagnostic([...totals].map(([what, times]) => `${what}: ${times}`).join(', '))
  assert.deepEqual(failures, [])
  // A simulator in which nothing happens finds nothing either.
  for (const what of [...RARE, ...Object.values(COMMANDS_PLAYED), ...OTHERS_PLAYED, ...RULES_PLAYED])
    assert.ok((totals.get(what) ?? 0) > 0, `there was no ${what}`)
})

test('the same seed gives the same run, step by step', async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const first = await simulate({ seed })
    const second = await simulate({ seed })

    assert.equal(second.traceHash, first.traceHash, `seed ${seed}`)
    assert.equal(second.steps, first.steps)
  }
})

test('different seeds give different runs', async () => {
  const hashes = new Set<string>()
  for (let seed = 1; seed <= 20; seed++) hashes.add((await simulate({ seed })).traceHash)

  assert.equal(hashes.size, 20)
})

for (const plant of PLANTS) {
  // The engine without the mistake passes the same seeds: see the first test.
  test(`it is found when ${plant.mistake}`, async t => {
    const found = await findPlant(plant)

    assert.ok(found, `nothing was found in ${PLANT_SEEDS_MAX} runs`)
    t.diagnostic(`${plant.name}: seed ${found.seed}: ${found.findings[0]?.slice(0, 200)}`)
  })
}

test('without faults nothing is lost, doubled or forgotten either', async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const report = await simulate({ seed, faults: NO_FAULTS })

    assert.deepEqual(report.findings, [], `seed ${seed}`)
  }
})

const RARE = [
  'pauses',
  'overrules',
  'relabels',
  'replays',
  'clocks set',
  'connections cut',
  'connections stalled',
  'crashes',
  'done in doubt: claimJobs',
  'done in doubt: flush',
  'done in doubt: joinNode',
  'done in doubt: tend',
  'doubled evaluated',
  'doubled hint',
  'doubled timer',
  'exits',
  'failovers',
  'flushes of a fenced node',
  'frozen',
  'hosts died',
  'kills',
  'lost evaluation',
  'lost hint',
  'lost offer',
  'lost timer',
  'lost wake',
  'nodes fenced',
  'nodes that joined again',
  'nodes that let go',
  'renewals refused',
  'restarts',
  'results for another node',
  'settled late',
  'settled twice',
  'shards let go',
  'signals for another node',
  'stale results refused',
  'stops',
  'timers late',
  'zombies',
]

async function runAll(seeds: number, nodes: number | undefined, totals: Map<string, number>): Promise<string[]> {
  const failures: string[] = []
  for (let seed = 1; seed <= seeds; seed++) {
    const report = await simulate({ seed, ...(nodes ? { nodes } : {}) })
    for (const [what, times] of report.counts) totals.set(what, (totals.get(what) ?? 0) + times)
    if (report.findings.length > 0) failures.push(tell(report, nodes))
  }
  return failures
}

async function findPlant(plant: Plant): Promise<Report | undefined> {
  const { nodes } = plant
  for (let seed = 1; seed <= PLANT_SEEDS_MAX; seed++) {
    const report = await simulate({ seed, plant, ...(nodes ? { nodes } : {}) })
    if (report.findings.length > 0) return report
  }
  return undefined
}

function tell({ seed, findings }: Report, nodes: number | undefined): string {
  const many = nodes ? ` --nodes ${nodes}` : ''
  return `npm run simulate -- --seeds 1 --from ${seed}${many}: ${findings.slice(0, 3).join('; ')}`
}
