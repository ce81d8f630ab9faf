import { defineTask, listIn, lookInto, p, textIn } from '@batuta/plugin-sdk'
import { gitHubExample, repositoryProperty } from '../connection.ts'
import { ABOUT_SEARCH, condition, ROW_OUTPUTS, runSearch, searchProperties, spelled } from './run-search.ts'

const TYPE = 'io.kestra.plugin.github.commits.Search'

export const searchCommits = defineTask({
  type: TYPE,
  title: 'Search for commits.',
  description: `The counts of lines and the last status of a commit are known with a token only. ${ABOUT_SEARCH}`,
  properties: {
    ...searchProperties,
    repository: repositoryProperty,
    is: p.string().dynamic().group('advanced').title('In repositories that are public or private.'),
    hash: p.string().dynamic().group('advanced').title('With this hash.'),
    parent: p.string().dynamic().group('advanced').title('Whose parent has this hash.'),
    tree: p.string().dynamic().group('advanced').title('Whose tree has this hash.'),
    user: p.string().dynamic().group('advanced').title('In repositories of this user.'),
    org: p.string().dynamic().group('advanced').title('In repositories of this organisation.'),
    author: p.string().dynamic().group('connection').title('By this user.'),
    authorDate: p.string().dynamic().group('connection').title('Written then, such as `>2026-01-01`.'),
    authorEmail: p.string().dynamic().group('connection').title('By whoever has this address.'),
    authorName: p.string().dynamic().group('connection').title('By whoever bears this name.'),
    committer: p.string().dynamic().group('advanced').title('Committed by this user.'),
    committerDate: p.string().dynamic().group('advanced').title('Committed then, such as `>2026-01-01`.'),
    committerEmail: p.string().dynamic().group('advanced').title('Committed by whoever has this address.'),
    committerName: p.string().dynamic().group('advanced').title('Committed by whoever bears this name.'),
    merge: p.boolean().dynamic().group('advanced').title('Only merges, or none of them.'),
    sort: p
      .enum('COMMITTER_DATE', 'AUTHOR_DATE')
      .dynamic()
      .default('COMMITTER_DATE')
      .group('processing')
      .title('By when they were committed, or written.'),
  },
  outputs: ROW_OUTPUTS,
  examples: [
    {
      title: 'What was committed since the new year?',
      full: true,
      code: gitHubExample(TYPE, 'repository: company/website\ncommitterDate: ">=2026-01-01"\nfetchType: FETCH'),
    },
  ],
  async run(ctx, props) {
    return await runSearch(ctx, props, {
      path: '/search/commits',
      terms: [
        await props.query.render(),
        condition('repo', await props.repository.render()),
        condition('is', await props.is.render()),
        condition('hash', await props.hash.render()),
        condition('parent', await props.parent.render()),
        condition('tree', await props.tree.render()),
        condition('user', await props.user.render()),
        condition('org', await props.org.render()),
        condition('author', await props.author.render()),
        condition('author-date', await props.authorDate.render()),
        condition('author-email', await props.authorEmail.render()),
        condition('author-name', await props.authorName.render()),
        condition('committer', await props.committer.render()),
        condition('committer-date', await props.committerDate.render()),
        condition('committer-email', await props.committerEmail.render()),
        condition('committer-name', await props.committerName.render()),
        condition('merge', await props.merge.render()),
      ],
      sort: spelled(await props.sort.render()),
      selection: '... on Commit { additions deletions status { contexts { context createdAt } } }',
      row: commitRow,
    })
  },
})

function commitRow(item: unknown, details: unknown): Readonly<Record<string, unknown>> {
  const [added, deleted] = [lookInto(details, 'additions') ?? null, lookInto(details, 'deletions') ?? null]
  return {
    sha: textIn(item, 'sha') ?? null,
    author: textIn(item, 'author', 'login') ?? null,
    committer: textIn(item, 'committer', 'login') ?? null,
    authored_date: textIn(item, 'commit', 'author', 'date') ?? null,
    commit_date: textIn(item, 'commit', 'committer', 'date') ?? null,
    repository: textIn(item, 'repository', 'name') ?? null,
    message: textIn(item, 'commit', 'message') ?? null,
    lines_changed: added === null ? null : Number(added) + Number(deleted),
    lines_added: added,
    lines_deleted: deleted,
    tree_sha: textIn(item, 'commit', 'tree', 'sha') ?? null,
    tree_url: textIn(item, 'commit', 'tree', 'url') ?? null,
    last_status: lastStatus(details),
    url: textIn(item, 'html_url') ?? null,
  }
}

function lastStatus(details: unknown): string | null {
  const contexts = listIn(details, 'status', 'contexts')
  const byDate = contexts.toSorted((a, b) => (textIn(a, 'createdAt') ?? '').localeCompare(textIn(b, 'createdAt') ?? ''))
  return textIn(byDate.at(-1), 'context') ?? null
}
