// Which entries the rail shows, and in what order: everybody's own choice.
import { useMemo } from 'react'
import { useLocal } from '../lib/use-local.ts'
import type { Destination } from './destinations.ts'
import { orderRail, readRailChoice } from './rail-choice.ts'
import { useDestinations } from './use-destinations.ts'

export function useRailOrder(): readonly Destination[] {
  const text = useLocal('rail')
  const all = useDestinations()
  return useMemo(() => orderRail(all, readRailChoice(text)), [all, text])
}
