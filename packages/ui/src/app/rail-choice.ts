export interface RailChoice {
  /** Ids; those that are not named follow in their usual order. */
  readonly order: readonly string[]
  readonly hidden: readonly string[]
}

const NO_CHOICE: RailChoice = { order: [], hidden: [] }
/** Without it nobody finds the way back to the choice. */
const ALWAYS = 'preferences'

export function readRailChoice(text: string | undefined): RailChoice {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    if (typeof value !== 'object' || value === null) return NO_CHOICE
    return {
      order: 'order' in value ? words(value.order) : [],
      hidden: 'hidden' in value ? words(value.hidden).filter(id => id !== ALWAYS) : [],
    }
  } catch {
    return NO_CHOICE // Not JSON: as if nothing had been chosen.
  }
}

export function orderRail<Item extends { readonly id: string }>(
  items: readonly Item[],
  { order, hidden }: RailChoice,
  isHiddenShown = false,
): readonly Item[] {
  const placeOf = ({ id }: Item): number => {
    const at = order.indexOf(id)
    return at < 0 ? order.length : at
  }
  return items
    .filter(({ id }) => isHiddenShown || !hidden.includes(id))
    .map((item, index) => ({ item, index }))
    .sort((a, b) => placeOf(a.item) - placeOf(b.item) || a.index - b.index)
    .map(({ item }) => item)
}

function words(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : []
}
