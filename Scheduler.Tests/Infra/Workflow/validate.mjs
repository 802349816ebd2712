// Judges a workflow (on standard input) by GitHub's own parser, and prints one fault a line.
import { readFileSync } from 'node:fs';
import { register } from 'node:module';

// The package imports JSON in a way of its bundler.
register(
  'data:text/javascript,' +
    encodeURIComponent(`export const load = (url, context, next) =>
      next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context);`),
);
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser');

const content = readFileSync(0, 'utf8');
const { context, value } = parseWorkflow({ name: 'workflow', content }, new NoOperationTraceWriter());
const faults = new Set(context.errors.getErrors().map((fault) => fault.message));
if (value) {
  const { errors } = await convertWorkflowTemplate(context, value);
  errors?.forEach((fault) => faults.add(fault.Message));
}
faults.forEach((fault) => console.log(fault));
