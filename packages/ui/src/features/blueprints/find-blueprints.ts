// Which blueprints match what is typed and which topic is chosen. There are few of them: all are at hand.

interface Findable {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly includedTasks: readonly string[]
  readonly tags: readonly string[]
}

/** Every word must be somewhere; those whose title has them all come first. */
export function findBlueprints<B extends Findable>(
  all: readonly B[],
  { text, tag }: { readonly text: string; readonly tag: string | undefined },
): readonly B[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const isIn = (place: string): boolean => words.every(word => place.toLowerCase().includes(word))
  const found = all.filter(
    one =>
      (tag === undefined || one.tags.includes(tag)) &&
      isIn(`${one.id} ${one.title} ${one.description} ${one.includedTasks.join(' ')} ${one.tags.join(' ')}`),
  )
  if (words.length === 0) return found
  return [...found.filter(({ title }) => isIn(title)), ...found.filter(({ title }) => !isIn(title))]
}

/** Topics with how many blueprints each has, the largest first. */
export function topicsOf(all: readonly Findable[]): readonly { readonly tag: string; readonly count: number }[] {
  const counts = new Map<string, number>()
  for (const { tags } of all) for (const tag of tags) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  return [...counts]
    .map(([tag, count]) => ({ tag, count }))
    .sort((one, other) => other.count - one.count || (one.tag < other.tag ? -1 : 1))
}

/** Markdown without its marks, for where there is room for words only. */
export function plainWords(markdown: string): string {
  return markdown.replace(/[*_`]+(?=\S)|(?<=\S)[*_`]+/g, '').replace(/\s+/g, ' ')
}
