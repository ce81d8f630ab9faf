// What the cases of a suite came to: each assertion with what was expected and what came.
import type { ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { stateWord } from '../../lib/states.ts'
import { CodeBlock } from '../../widgets/code-block.tsx'
import { DiffView } from '../../widgets/diff-view.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { StateBadge } from '../states/state-badge.tsx'
import { t } from './messages.ts'
import { isLong, readAssertion, type AssertionLine } from './read-assertion.ts'
import { badgeOf } from './suite-table.tsx'
import classes from './tests.module.css'
import type { CaseResult, SuiteResult } from './use-tests.ts'

export interface CaseResultsProps {
  readonly result: SuiteResult
  readonly onRun: (testCase: string) => void
}

export function CaseResults({ result, onRun }: CaseResultsProps): ReactNode {
  return (
    <div className={classes['cases']}>
      {result.errors.length > 0 && (
        <CodeBlock label={t('errors')} text={result.errors.map(({ message }) => message).join('\n')} isWrapped />
      )}
      {result.results.map(each => (
        <Case key={each.testId} result={each} onRun={() => onRun(each.testId)} />
      ))}
    </div>
  )
}

function Case({ result, onRun }: { readonly result: CaseResult; readonly onRun: () => void }): ReactNode {
  const { testId, state, assertionResults, errors, logs } = result
  const lines = assertionResults.map(readAssertion)
  return (
    <section className={classes['case']} aria-label={t('case', { id: testId })}>
      <header className={classes['caseHead']}>
        <StateBadge state={badgeOf(state)} />
        <h3>{testId}</h3>
        <MayButton
          need="TEST:CREATE"
          size="compact-sm"
          variant="subtle"
          aria-label={`${t('onlyThis')}: ${testId}`}
          hint={t('onlyThis')}
          onClick={onRun}
        >
          <Icon name="run" size={14} />
        </MayButton>
      </header>
      <ul className={classes['assertions']}>
        {lines.map((line, index) => (
          <Assertion key={index} line={line} />
        ))}
      </ul>
      {errors.length > 0 && (
        <CodeBlock label={t('errors')} text={errors.map(({ message }) => message).join('\n')} isWrapped />
      )}
      {logs.length > 0 && (
        <details className={classes['logs']}>
          <summary>
            {t('logs')} ({logs.length})
          </summary>
          <CodeBlock label={t('logs')} text={logs.join('\n')} isWrapped />
        </details>
      )}
    </section>
  )
}

function Assertion({ line }: { readonly line: AssertionLine }): ReactNode {
  const { expression, operator, expected, actual, isSuccess, taskId, problem, remark } = line
  return (
    <li className={classes['assertion']}>
      <p className={classes['asked']}>
        <span className={classes[isSuccess ? 'good' : 'bad']}>
          <Icon name={isSuccess ? 'check' : 'close'} size={14} />
          <span className="visually-hidden">{t(isSuccess ? 'holds' : 'broken')}</span>
        </span>
        {expression === undefined ? t('endsAs') : <code>{expression}</code>}
        {taskId !== undefined && <span className={classes['muted']}>{taskId}</span>}
        <span className={classes['muted']}>{expression === undefined ? '' : operator}</span>
        {isSuccess && !isLong(line) && <code>{expression === undefined ? stateWord(expected) : expected}</code>}
      </p>
      {remark !== undefined && <p className={classes['remark']}>{remark}</p>}
      {problem !== undefined && <p className={classes['bad']}>{problem}</p>}
      {!isSuccess && problem === undefined && <Difference line={line} actual={actual} />}
    </li>
  )
}

function Difference({ line, actual }: { readonly line: AssertionLine; readonly actual: string }): ReactNode {
  if (isLong(line))
    return <DiffView before={line.expected} after={actual} titles={[t('expected'), t('got')]} isSideBySide={false} />
  return (
    <dl className={classes['difference']}>
      <div>
        <dt>{t('expected')}</dt>
        <dd>
          <code>{line.expected}</code>
        </dd>
      </div>
      <div className={classes['got']}>
        <dt>{t('got')}</dt>
        <dd>
          <code>{actual}</code>
        </dd>
      </div>
    </dl>
  )
}
