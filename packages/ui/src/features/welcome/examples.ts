// The examples of the first minutes. They use built-in tasks only and work without a network.
import approve from './flows/approve-by-a-human.yaml?raw'
import fix from './flows/fail-and-fix.yaml?raw'
import hello from './flows/hello-parallel.yaml?raw'
import shape from './flows/read-shape-report.yaml?raw'
import { t } from './messages.ts'

export const TUTORIAL = 'tutorial'

/** How many tasks stand side by side, from left to right; `pause` and `fail` mark one. */
export type Sketch = readonly (number | 'pause' | 'fail')[]

export interface Example {
  readonly id: string
  readonly name: string
  readonly text: string
  readonly source: string
  readonly sketch: Sketch
}

export const EXAMPLES: readonly Example[] = [
  { id: 'hello-parallel', name: t('helloName'), text: t('helloText'), source: hello, sketch: [1, 3, 1] },
  { id: 'read-shape-report', name: t('shapeName'), text: t('shapeText'), source: shape, sketch: [1, 1, 1] },
  {
    id: 'approve-by-a-human',
    name: t('approveName'),
    text: t('approveText'),
    source: approve,
    sketch: [1, 'pause', 1],
  },
  { id: 'fail-and-fix', name: t('fixName'), text: t('fixText'), source: fix, sketch: [1, 'fail', 1] },
]
