import { useMemo, type ReactNode } from 'react'
import { useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { Empty } from '../../widgets/empty.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { lazyPart } from '../../widgets/lazy-part.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import type { Block, FlowBlocks } from '../topology/flow-blocks.ts'
import { layOut } from '../topology/layout.ts'
import type { FlowTabProps } from './flow-page.tsx'
import { t } from './messages.ts'
import { useDependencies, type Neighbours } from './use-flow.ts'

const Canvas = lazyPart(
  async () => (await import('../topology/topology-canvas.tsx')).TopologyCanvas,
  <SkeletonRows rows={5} />,
)

/** Which flows start this one, which it starts, and theirs. */
export function FlowDependencies({ flow }: FlowTabProps): ReactNode {
  const { data, error, isPending, refetch } = useDependencies(flow, true)
  const go = useGo()
  const layout = useMemo(() => layOut(blocksOf(data ?? { nodes: [], edges: [] })), [data])
  if (isPending) return <SkeletonRows rows={5} />
  if (error) return <ErrorCard error={error} onRetry={() => void refetch()} />
  if (data.edges.length === 0) return <Empty icon="link" title={t('noDependencies')} text={t('noDependenciesText')} />
  const own = layout.nodes.find(
    ({ block }) => block?.subflow?.id === flow.id && block.subflow.namespace === flow.namespace,
  )
  return (
    <Canvas
      layout={layout}
      selected={own?.id}
      onFold={() => undefined}
      onSelect={({ subflow }) => subflow && go(paths.flow(subflow, 'dependencies'))}
    />
  )
}

/** Flows are drawn like the tasks of a Dag: each behind those that start it. */
function blocksOf({ nodes, edges }: Neighbours): FlowBlocks {
  const blocks = nodes.map(({ uid, namespace, id }, index): Block => ({
    id,
    type: namespace.replaceAll('.', ' / '),
    path: `flows[${index}]`,
    isDisabled: false,
    isLoop: false,
    branches: [],
    subflow: { namespace, id },
    dependsOn: edges.filter(({ target }) => target === uid).map(({ source }) => nameOf(source, nodes)),
  }))
  return { triggers: [], branches: [{ kind: 'dag', path: 'flows', blocks }] }
}

function nameOf(uid: string, nodes: Neighbours['nodes']): string {
  return nodes.find(node => node.uid === uid)?.id ?? uid
}
