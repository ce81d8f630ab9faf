/** Asks one question at a time, and after its answer the newest. Those that a newer one took the place of are not asked: their answer is undefined. */
export function newestOnly<Question, Answer>(
  ask: (question: Question) => Promise<Answer>,
): (question: Question) => Promise<Answer | undefined> {
  let underWay: Promise<unknown> | undefined
  let newest = 0
  return async question => {
    newest += 1
    const own = newest
    while (underWay) {
      await underWay
      if (own !== newest) return undefined
    }
    const answer = ask(question)
    const end = (): void => {
      underWay = undefined
    }
    underWay = answer.then(end, end)
    return await answer
  }
}
