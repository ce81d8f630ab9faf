// The generator's own process: a plan in, a result out, one after the other.
import type { LoadPlan } from './plan.ts'
import { LoadRun } from './load-run.ts'

process.on('message', (plan: LoadPlan) => {
  void new LoadRun(plan).run().then(result => process.send?.(result))
})
process.on('disconnect', () => process.exit(0))
