// Opens the dialog over any page by its address, and says so to the palette. What is heavy comes when it is opened.
import { useCallback, type ReactNode } from 'react'
import { useActions, type Choice } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { usePath } from '../../lib/link.tsx'
import type { FlowRef } from '../../lib/paths.ts'
import { usePairs } from '../../lib/search-state.ts'
import { lazyDialog } from '../../widgets/lazy-part.tsx'
import { t } from './messages.ts'
import { inputsOfPairs } from './run-pairs.ts'
import { flowOfPath, runTargetOf } from './run-target.ts'

const RunDialog = lazyDialog(async () => (await import('./run-dialog.tsx')).RunDialog)
const FlowChooser = lazyDialog(async () => (await import('./flow-chooser.tsx')).FlowChooser)

export function RunHost(): ReactNode {
  const path = usePath()
  const [pairs] = usePairs()
  const open = useOpenRun()
  const close = useCloseRun()
  const target = runTargetOf(pairs.find(([name]) => name === 'run')?.[1], path)
  const here = flowOfPath(path)
  const section = t('section')
  useActions([
    {
      id: 'run.flow',
      title: t('runFlow'),
      section,
      words: 'execute start launch',
      choose: { hint: t('choose'), find: async (text, signal) => await flowChoices(text, signal, open) },
      run: () => open('choose'),
    },
    ...(here ? [{ id: 'run.this', title: t('runThis', { flow: here.id }), section, run: () => open(here) }] : []),
  ])
  if (target === undefined) return null
  return target === 'choose' ? (
    <FlowChooser onChoose={flow => open(flow)} onClose={close} />
  ) : (
    <RunDialog key={`${target.namespace}/${target.id}`} flow={target} given={inputsOfPairs(pairs)} onClose={close} />
  )
}

const CHOICES_MAX = 20

async function flowChoices(
  text: string,
  signal: AbortSignal,
  open: (flow: FlowRef) => void,
): Promise<readonly Choice[]> {
  const { results } = await api.flows.search({
    query: { page: 1, size: CHOICES_MAX, ...(text === '' ? {} : { q: text }) },
    signal,
  })
  return results.map(({ namespace, id, disabled }) => ({
    id: `${namespace}.${id}`,
    title: id,
    hint: namespace,
    why: disabled ? t('disabledWord') : undefined,
    run: () => {
      open({ namespace, id })
      return undefined
    },
  }))
}

/** Opens the dialog for a flow, from any page. */
export function useOpenRun(): (flow: FlowRef | 'choose') => void {
  const [, setPairs] = usePairs()
  return useCallback(
    flow =>
      setPairs(before => [
        ...before.filter(([name]) => name !== 'run'),
        ['run', flow === 'choose' ? 'choose' : `${flow.namespace}/${flow.id}`],
      ]),
    [setPairs],
  )
}

function useCloseRun(): () => void {
  const [, setPairs] = usePairs()
  return useCallback(
    () => setPairs(before => before.filter(([name]) => name !== 'run' && !name.startsWith('in.')), { replace: true }),
    [setPairs],
  )
}
