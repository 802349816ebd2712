// Judges Kubernetes objects (a JSON array on standard input) by the validators that the npm packages made of the published schemas, and
// prints one fault a line. A schema says nothing of fields that it does not have; but its validator never reads them, and so what was
// never read is unknown.
import { readFileSync } from 'node:fs';

const moduleOf = (apiVersion) =>
  apiVersion.startsWith('keda.sh/') ? `@kubernetes-models/keda/${apiVersion}` : `kubernetes-models/${apiVersion}`;

function watched(value, path, unread) {
  if (value === null || typeof value !== 'object') {
    return value;
  }
  const inner = Array.isArray(value) ? [] : {};
  for (const [key, item] of Object.entries(value)) {
    unread.add(`${path}/${key}`);
    inner[key] = watched(item, `${path}/${key}`, unread);
  }
  return new Proxy(inner, {
    get(target, key) {
      unread.delete(`${path}/${String(key)}`);
      return target[key];
    },
  });
}

for (const object of JSON.parse(readFileSync(0, 'utf8'))) {
  const name = `${object.kind} ${object.metadata?.name}`;
  const type = (await import(moduleOf(object.apiVersion)))[object.kind];
  if (type === undefined) {
    console.log(`${name}: ${object.apiVersion} has no ${object.kind}`);
    continue;
  }
  const unread = new Set();
  const fields = Object.fromEntries(
    Object.entries(object).map(([key, value]) => [key, watched(value, `/${key}`, unread)]),
  );
  try {
    // Its constructor would copy, and so read, everything.
    Object.assign(new type(), fields).validate();
    for (const path of unread) {
      console.log(`${name}: ${path} is unknown`);
    }
  } catch (fault) {
    console.log(`${name}: ${fault.message}`);
  }
}
