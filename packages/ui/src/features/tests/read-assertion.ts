// An assertion of a result as the server tells it.

export interface AssertionLine {
  readonly operator: string
  /** What was asked for, as it is written; nothing where it is how the execution ended. */
  readonly expression: string | undefined
  readonly expected: string
  readonly actual: string
  readonly isSuccess: boolean
  readonly taskId: string | undefined
  readonly problem: string | undefined
  /** What whoever wrote it says about it. */
  readonly remark: string | undefined
}

export function readAssertion(document: unknown): AssertionLine {
  const fields = new Map<string, unknown>(
    typeof document === 'object' && document !== null ? Object.entries(document) : [],
  )
  const text = (key: string): string | undefined => {
    const value = fields.get(key)
    return typeof value === 'string' ? value : undefined
  }
  const asked = fields.get('expression')
  return {
    operator: text('operator') ?? '',
    expression: asked === undefined ? undefined : printed(asked),
    expected: printed(fields.get('expected')),
    actual: printed(fields.get('actual')),
    isSuccess: fields.get('isSuccess') === true,
    taskId: text('taskId'),
    problem: text('problem'),
    remark: (fields.get('isSuccess') === true ? undefined : text('errorMessage')) ?? text('description'),
  }
}

function printed(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null, null, 2)
}

/** Long or of many lines: compared line by line. */
export function isLong({ expected, actual }: Pick<AssertionLine, 'expected' | 'actual'>): boolean {
  return [expected, actual].some(text => text.includes('\n') || text.length > LONG)
}

const LONG = 80
