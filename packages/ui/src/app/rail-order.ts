// Which entries the rail shows, and in what order: everybody's own choice.
import { useMemo } from 'react'
import { useLocal } from '../lib/use-local.ts'
import { DESTINATIONS, type Destination } from './destinations.ts'
import { orderRail, readRailChoice } from './rail-choice.ts'

export function useRailOrder(): readonly Destination[] {
  const text = useLocal('rail')
  return useMemo(() => orderRail(DESTINATIONS, readRailChoice(text)), [text])
}
