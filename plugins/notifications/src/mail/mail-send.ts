import { defineTask, p } from '@batuta/plugin-sdk'
import { executionProperties, headline, plainMessage, renderFacts } from '../base/execution-facts.ts'
import { movedNames } from '../base/names.ts'
import { ABOUT_EXECUTION, executionExamples, renderTemplate, taskExample } from '../base/tell-execution.ts'
import { htmlMessage } from './html-message.ts'
import { mailProperties } from './mail-properties.ts'
import { sendMail } from './send-mail.ts'

const sendNames = movedNames('email.MailSend', 'notifications.mail.MailSend')
const LINES = `host: smtp.example.com\nusername: "{{ secret('MAIL_USER') }}"\npassword: "{{ secret('MAIL_PASSWORD') }}"\nfrom: batuta@example.com\nto: team@example.com`

export const mailSend = defineTask({
  ...sendNames,
  title: 'Send a mail.',
  properties: mailProperties,
  examples: [
    taskExample(
      'Send a report with a file.',
      sendNames.type,
      `${LINES}\nsubject: "{{ flow.id }} is done"\nhtmlTextContent: "<p>See the file.</p>"\nattachments:\n  - name: report.csv\n    uri: "{{ outputs.report.uri }}"\n    contentType: text/csv`,
    ),
  ],
  async run(ctx, props) {
    const [html, text] = [await props.htmlTextContent.render(), await props.plainTextContent.render()]
    await sendMail(ctx, props, { subject: await props.subject.render(), html, text })
  },
})

const executionNames = movedNames('email.MailExecution', 'notifications.mail.MailExecution')

export const mailExecution = defineTask({
  ...executionNames,
  title: 'Tell by mail how an execution ended.',
  description: ABOUT_EXECUTION,
  properties: {
    ...mailProperties,
    ...executionProperties,
    textTemplateUri: p.string().dynamic().group('advanced').title('A stored template of the text without markup.'),
  },
  examples: executionExamples(executionNames.type, LINES),
  async run(ctx, props) {
    const facts = await renderFacts(ctx, props)
    const { scope } = facts
    const html = (await props.htmlTextContent.render(scope)) ?? (await renderTemplate(ctx, facts, props.templateUri))
    const text =
      (await props.plainTextContent.render(scope)) ?? (await renderTemplate(ctx, facts, props.textTemplateUri))
    await sendMail(ctx, props, {
      subject: (await props.subject.render(scope)) ?? headline(facts),
      html: html ?? htmlMessage(facts),
      text: text ?? plainMessage(facts),
    })
  },
})
