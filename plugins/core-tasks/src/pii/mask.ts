import {
  TaskError,
  defineTask,
  isList,
  maskPersonal,
  p,
  personalToKeep,
  printValue,
  toPlain,
  type PersonalPolicy,
  type RunContext,
  type Value,
} from '@batuta/plugin-sdk'
import { personalProperties, policyOf } from './personal-properties.ts'

export const mask = defineTask({
  type: 'io.batuta.plugin.core.pii.Mask',
  title: 'Take personal data out of a value or a file, reversibly if wished.',
  description:
    'Finds mail addresses, telephone numbers, IBANs and cards with right check digits, national numbers and names from a list, and puts tokens or marks in their place. The same value has the same token in all executions of the namespace.',
  properties: {
    value: p.any().group('main').title('Where to look: a text, or a list or map of any depth.'),
    from: p
      .string()
      .dynamic()
      .storageUri()
      .group('main')
      .title('A file of internal storage to look in, instead of a value.'),
    ...personalProperties,
  },
  outputs: [
    { name: 'value', type: 'any', description: 'The value without personal data.' },
    { name: 'uri', type: 'uri', description: 'The file without personal data.' },
    { name: 'found', type: 'map<integer>', description: 'How many were found, by kind.' },
    { name: 'count', type: 'integer', description: 'How many were found in all.' },
  ],
  examples: [
    {
      title: 'Before a text goes to a third party.',
      code: 'value: "{{ inputs.complaint }}"\nnames: ["Ada Lovelace"]\nactions:\n  card: redact',
    },
  ],
  async run(ctx, props) {
    const actions = props.actions.raw === undefined ? {} : toPlain(await ctx.renderTyped(props.actions.raw))
    const policy = policyOf({
      kinds: await props.kinds.render(),
      action: await props.action.render(),
      actions: Object.fromEntries(typeof actions === 'object' && actions !== null ? Object.entries(actions) : []),
      names: await props.names.render(),
      countries: await props.countries.render(),
    })
    const uri = await props.from.render()
    const raw = props.value.raw
    if ((uri === undefined) === (raw === undefined)) throw new TaskError('give either a value, or a file as `from`')
    const before = uri === undefined ? await ctx.renderTyped(raw ?? null) : await ctx.files.readText(uri)
    const { value, found } = await maskWith(ctx, before, policy)
    const count = Object.values(found).reduce((sum, each) => sum + each, 0)
    ctx.logger.info(
      count === 0
        ? 'no personal data was found'
        : `found ${Object.entries(found)
            .map(([kind, each]) => `${each} ${kind}`)
            .join(', ')}`,
    )
    if (uri === undefined) return { value, found, count }
    return { uri: await ctx.files.put(Buffer.from(printValue(value)), { extension: extensionOf(uri) }), found, count }
  },
})

/** All values of one task are asked for at once. */
async function maskWith(
  ctx: RunContext,
  value: Value,
  policy: PersonalPolicy,
): Promise<ReturnType<typeof maskPersonal>> {
  const values = personalToKeep(value, policy)
  const tokens = new Map<string, string>()
  if (values.length > 0) {
    const given = await ctx.ports.ask('personal.keep', { values: values.map(each => ({ ...each })) })
    if (!isList(given) || given.length !== values.length) throw new TaskError('the server gave no tokens')
    for (const [index, { kind, text }] of values.entries())
      tokens.set(`${kind} ${text}`, printValue(given[index] ?? null))
  }
  return maskPersonal(value, policy, (kind, text) => {
    const token = tokens.get(`${kind} ${text}`)
    if (token === undefined) throw new TaskError(`a value of the kind ${kind} has no token`)
    return token
  })
}

function extensionOf(uri: string): string {
  return /(\.[A-Za-z0-9]{1,10})$/.exec(uri)?.[1] ?? '.txt'
}
