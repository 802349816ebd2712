// Judges a Dockerfile (on standard input) by the validator of its language server, and prints one fault or warning a line.
import { validate } from 'dockerfile-utils';
import { readFileSync } from 'node:fs';

for (const { range, message } of validate(readFileSync(0, 'utf8'))) {
  console.log(`line ${range.start.line + 1}: ${message}`);
}
