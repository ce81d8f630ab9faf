// Properties of every task that calls a model, beyond the published ones: what leaves, what it costs, and how much it may cost.
import { PERSONAL_ACTIONS, p } from '@batuta/plugin-sdk'

export const spendProperties = {
  price: p
    .object({
      input: p.number().dynamic().required().title('Of a million tokens that go in.'),
      output: p.number().dynamic().required().title('Of a million tokens that come out.'),
    })
    .group('advanced')
    .title('What the model costs, in US dollars; by default as in the list of prices.'),
  budget: p
    .object({
      per: p
        .enum('EXECUTION', 'FLOW', 'NAMESPACE', 'LABEL')
        .dynamic()
        .default('EXECUTION')
        .title('Whose spending is counted together.'),
      label: p.string().dynamic().title('The label whose value is counted by, with `per: LABEL`.'),
      period: p.enum('DAY', 'MONTH', 'ALWAYS').dynamic().default('MONTH').title('Beyond one execution: since when.'),
      maxCost: p.number().dynamic().title('US dollars.'),
      maxTokens: p.integer().dynamic().title('Tokens, in and out.'),
    })
    .group('reliability')
    .title('What may be spent: a task that comes to it fails before it calls the model.')
    .describe('Say it in `pluginDefaults`, forced, and it holds for all flows of a namespace.'),
  personalData: p
    .object({
      action: p
        .enum(...PERSONAL_ACTIONS)
        .dynamic()
        .default('token')
        .title('What becomes of it: token, redact, partial or keep.'),
      kinds: p.list(p.string()).dynamic().title('What is looked for; everything unless said.'),
      names: p.list(p.string()).dynamic().title('Names of people, as they may stand in texts.'),
      countries: p.list(p.string()).dynamic().title('Whose national numbers are looked for, by country code.'),
      restore: p
        .boolean()
        .dynamic()
        .default(true)
        .title('Put it back into the answer, where it was replaced by tokens.'),
    })
    .group('reliability')
    .title('Takes personal data out of everything before it leaves for the model.'),
}
