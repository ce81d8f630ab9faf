import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NO_FAULTS } from './faults.ts'
import { PLANTS } from './plants.ts'
import { simulate, type Report } from './simulate.ts'

const SEEDS = 500

test(`${SEEDS} runs with crashes, zombies, lost and doubled messages, unknown commits and a slow store find nothing`, async t => {
  const totals = new Map<string, number>()
  const failures: string[] = []
  for (let seed = 1; seed <= SEEDS; seed++) {
    const report = await simulate({ seed })
    for (const [what, times] of report.counts) totals.set(what, (totals.get(what) ?? 0) + times)
    if (report.findings.length > 0) failures.push(tell(report))
  }

  t.diagnostic([...totals].map(([what, times]) => `${what}: ${times}`).join(', '))
  assert.deepEqual(failures, [])
  // A simulator in which nothing happens finds nothing either.
  for (const what of RARE) assert.ok((totals.get(what) ?? 0) > 0, `there was no ${what} in ${SEEDS} runs`)
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
  test(`${plant.name} is found`, async t => {
    const found = await findPlant(plant)

    assert.ok(found, `nothing was found in ${SEEDS} runs`)
    t.diagnostic(tell(found).slice(0, 300))
  })
}

test('without faults nothing is lost, doubled or forgotten either', async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const report = await simulate({ seed, faults: NO_FAULTS })

    assert.deepEqual(report.findings, [], `seed ${seed}`)
  }
})

const RARE = [
  'crashes',
  'zombies',
  'exits',
  'hosts died',
  'lost offer',
  'lost wake',
  'lost timer',
  'lost evaluation',
  'stops',
  'settled twice',
  'settled late',
  'doubled timer',
  'doubled evaluated',
  'kills',
  'restarts',
]

async function findPlant(plant: (typeof PLANTS)[number]): Promise<Report | undefined> {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const report = await simulate({ seed, plant })
    if (report.findings.length > 0) return report
  }
  return undefined
}

function tell({ seed, findings }: Report): string {
  return `node tests/simulation/run.ts --seeds 1 --from ${seed}: ${findings.slice(0, 3).join('; ')}`
}
