import {
  TaskError,
  defineTask,
  isMap,
  mapEntries,
  p,
  personalTokens,
  printValue,
  unmaskPersonal,
} from '@batuta/plugin-sdk'

export const unmask = defineTask({
  type: 'io.batuta.plugin.core.pii.Unmask',
  title: 'Put personal data back in the place of its tokens.',
  description: 'Opens tokens that Mask made in the same namespace. What it puts back does not show in the log.',
  properties: {
    value: p.any().group('main').title('Where to look: a text, or a list or map of any depth.'),
    from: p
      .string()
      .dynamic()
      .storageUri()
      .group('main')
      .title('A file of internal storage to look in, instead of a value.'),
    errorOnUnknown: p
      .boolean()
      .dynamic()
      .default(true)
      .title('Fail when there is a token that the namespace does not know.'),
  },
  outputs: [
    { name: 'value', type: 'any', description: 'The value with personal data.' },
    { name: 'uri', type: 'uri', description: 'The file with personal data.' },
    { name: 'count', type: 'integer', description: 'How many tokens were opened.' },
  ],
  examples: [{ title: 'After a third party has answered.', code: 'value: "{{ outputs.ask.answer }}"' }],
  async run(ctx, props) {
    const uri = await props.from.render()
    const raw = props.value.raw
    if ((uri === undefined) === (raw === undefined)) throw new TaskError('give either a value, or a file as `from`')
    const before = uri === undefined ? await ctx.renderTyped(raw ?? null) : await ctx.files.readText(uri)
    const tokens = personalTokens(before)
    const given = tokens.length === 0 ? {} : await ctx.ports.ask('personal.open', { tokens: [...tokens] })
    const known = new Map<string, string>()
    if (typeof given === 'object' && given !== null && isMap(given))
      for (const [token, text] of mapEntries(given)) known.set(token, printValue(text))
    for (const text of known.values()) ctx.mask(text)
    const ghost = tokens.find(token => !known.has(token))
    if (ghost !== undefined && (await props.errorOnUnknown.render()))
      throw new TaskError(`the token ${ghost} is not known in the namespace "${ctx.flow.namespace}"`)
    const value = unmaskPersonal(before, known)
    if (uri === undefined) return { value, count: known.size }
    return { uri: await ctx.files.put(Buffer.from(printValue(value)), { extension: '.txt' }), count: known.size }
  },
})
