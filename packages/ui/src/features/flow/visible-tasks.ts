// The rows of a grid: the tasks of a flow as a tree in the order of the document, without what is inside of folded groups.
export interface GridTask {
  readonly id: string
  readonly parent?: string
  readonly depth: number
  readonly isGroup: boolean
}

export function visibleTasks<Task extends GridTask>(
  tasks: readonly Task[],
  folded: ReadonlySet<string>,
): readonly Task[] {
  const hidden = new Set<string>()
  return tasks.filter(({ id, parent }) => {
    const isHidden = parent !== undefined && (folded.has(parent) || hidden.has(parent))
    if (isHidden) hidden.add(id)
    return !isHidden
  })
}
