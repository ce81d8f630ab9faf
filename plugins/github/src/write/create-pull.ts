import { defineTask, messageOf, numberIn, p, TaskError, textIn } from '@batuta/plugin-sdk'
import { connection, gitHubExample, openGitHub, parseRepository, repositoryProperty } from '../connection.ts'

const TYPE = 'io.kestra.plugin.github.pulls.Create'

export const createPull = defineTask({
  type: TYPE,
  title: 'Open a pull request.',
  description: 'Reviewers are users, or teams as organisation/team.',
  properties: {
    ...connection,
    repository: repositoryProperty,
    sourceBranch: p
      .string()
      .dynamic()
      .group('source')
      .title('The branch with the changes; of another repository as owner:branch.'),
    targetBranch: p.string().dynamic().group('destination').title('The branch that is to get them.'),
    title: p.string().dynamic().group('advanced').title('Its title.'),
    body: p.string().dynamic().group('main').language('markdown').title('Its text, in Markdown.'),
    maintainerCanModify: p
      .boolean()
      .dynamic()
      .default(false)
      .group('advanced')
      .title('Whether maintainers may change the branch.'),
    draft: p.boolean().dynamic().default(false).group('advanced').title('Whether it is a draft.'),
    reviewers: p.list(p.string()).dynamic().title('Who is asked for a review.'),
  },
  outputs: [
    { name: 'issueUrl', type: 'URL', description: 'Its issue in the API.' },
    { name: 'pullRequestUrl', type: 'URL', description: 'Where people read it.' },
  ],
  examples: [
    {
      title: 'Propose what a flow has pushed.',
      full: true,
      code: gitHubExample(
        TYPE,
        'repository: company/website\nsourceBranch: prices\ntargetBranch: main\ntitle: New prices\nreviewers: [ada]',
      ),
    },
  ],
  async run(ctx, props) {
    const github = await openGitHub(ctx, props)
    const { path } = parseRepository(await props.repository.render())
    const [head, base] = [await props.sourceBranch.render(), await props.targetBranch.render()]
    const title = await props.title.render()
    for (const [name, value] of Object.entries({ sourceBranch: head, targetBranch: base, title }))
      if ((value ?? '').trim() === '') throw new TaskError(`property "${name}" is missing: a pull request needs it`)
    const pull = await github.ask({
      method: 'POST',
      path: `${path}/pulls`,
      json: {
        ...{ head, base, title },
        body: await props.body.render(),
        maintainer_can_modify: await props.maintainerCanModify.render(),
        draft: await props.draft.render(),
      },
    })
    const outputs = { issueUrl: textIn(pull, 'issue_url'), pullRequestUrl: textIn(pull, 'html_url') }
    const wanted = (await props.reviewers.render()) ?? []
    if (wanted.length > 0) {
      const json = {
        reviewers: wanted.filter(name => !name.includes('/')),
        team_reviewers: wanted.filter(name => name.includes('/')).map(name => name.split('/').at(-1)),
      }
      const at = `${path}/pulls/${numberIn(pull, 'number')}/requested_reviewers`
      await github.ask({ method: 'POST', path: at, json }).catch((cause: unknown) => {
        const message = `the pull request is there, but nobody was asked for a review: ${messageOf(cause)}`
        throw new TaskError(message, { cause, outputs })
      })
    }
    return outputs
  },
})
