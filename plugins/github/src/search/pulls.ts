import { defineTask, p, textIn } from '@batuta/plugin-sdk'
import { gitHubExample } from '../connection.ts'
import { CLOSED_BY, issueProperties, issueRow } from './issues.ts'
import { ABOUT_SEARCH, condition, flag, ROW_OUTPUTS, runSearch, spelled } from './run-search.ts'

const TYPE = 'io.kestra.plugin.github.pulls.Search'

export const searchPulls = defineTask({
  type: TYPE,
  title: 'Search for pull requests.',
  description: `The branches of a pull request and who closed it are known with a token only. ${ABOUT_SEARCH}`,
  properties: {
    ...issueProperties,
    reviewRequested: p.string().dynamic().title('Whose review by this user is asked for.'),
    draft: p.boolean().dynamic().group('advanced').title('Only drafts.'),
    assigned: p.string().dynamic().group('advanced').title('Assigned to this user.'),
    title: p.string().dynamic().group('advanced').title('With these words in the title.'),
    closedAt: p.string().dynamic().group('advanced').title('Closed then, such as `>2026-01-01`.'),
    createdAt: p.string().dynamic().group('destination').title('Made then, such as `>2026-01-01`.'),
    updatedAt: p.string().dynamic().group('advanced').title('Changed then, such as `>2026-01-01`.'),
    commit: p.string().dynamic().group('advanced').title('With the commit of this hash: seven characters at least.'),
    base: p.string().dynamic().group('advanced').title('Into this branch.'),
    head: p.string().dynamic().group('advanced').title('From this branch.'),
    createdByMe: p.boolean().dynamic().group('destination').title('Made by whose token it is.'),
    author: p.string().dynamic().group('connection').title('Made by this user.'),
  },
  outputs: ROW_OUTPUTS,
  examples: [
    {
      title: 'What waits for a review?',
      full: true,
      code: gitHubExample(TYPE, 'repository: company/website\nopen: true\ndraft: false\nbase: main\nfetchType: FETCH'),
    },
  ],
  async run(ctx, props) {
    const title = await props.title.render()
    return await runSearch(ctx, props, {
      path: '/search/issues',
      terms: [
        'is:pr',
        await props.query.render(),
        condition('mentions', await props.mentions.render()),
        condition('review-requested', await props.reviewRequested.render()),
        flag('is:open', await props.open.render()),
        flag('is:closed', await props.closed.render()),
        flag('is:merged', await props.merged.render()),
        flag('draft:true', await props.draft.render()),
        condition('assignee', await props.assigned.render()),
        title === undefined ? undefined : `${title} in:title`,
        condition('closed', await props.closedAt.render()),
        condition('created', await props.createdAt.render()),
        condition('updated', await props.updatedAt.render()),
        await props.commit.render(),
        condition('repo', await props.repository.render()),
        condition('base', await props.base.render()),
        condition('head', await props.head.render()),
        flag('author:@me', await props.createdByMe.render()),
        condition('author', await props.author.render()),
      ],
      sort: spelled(await props.sort.render()),
      selection: `... on PullRequest { baseRefName headRefName ${CLOSED_BY} }`,
      row: (item, details) => ({
        ...issueRow(item, details),
        base: textIn(details, 'baseRefName') ?? null,
        head: textIn(details, 'headRefName') ?? null,
      }),
    })
  },
})
