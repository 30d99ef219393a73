// Who may import whom. A folder that is not listed here fails, so that a new one is thought about.

/** Our rooms, and those each may import from besides itself. A folder within a room may be one of its own. */
const MAY_IMPORT = {
  contract: [],
  net: [],
  'workflows/pacing': ['contract', 'workflows'],
  'workflows/account': ['contract', 'workflows'],
  'workflows/mixing': ['contract', 'workflows'],
  'workflows/batch': ['contract', 'workflows', 'workflows/mixing', 'workflows/pacing'],
  // An entry of its own, for bundles that others do not share.
  'workflows/traces': ['contract'],
  workflows: ['contract', 'workflows/account', 'workflows/batch', 'workflows/mixing'],
  store: ['contract', 'store/bucket'],
  'store/bucket': ['contract', 'net', 'store'],
  tomoviee: ['contract', 'net'],
  'tomoviee/callbacks': ['contract', 'net'],
  'tomoviee/serving': ['contract', 'net'],
  'tomoviee/simulator': ['contract', 'net'],
  media: ['contract', 'net'],
  manifests: ['contract', 'net', 'store', 'store/bucket'],
  outcomes: ['contract', 'manifests', 'store'],
  'outcomes/ledger': ['contract', 'manifests', 'net', 'outcomes', 'store'],
  config: ['contract', 'manifests', 'net', 'store', 'store/bucket', 'tomoviee'],
  intake: ['config', 'contract', 'manifests', 'net', 'outcomes', 'store', 'store/bucket'],
  activities: [
    ...['contract', 'intake', 'manifests', 'media', 'net', 'outcomes', 'outcomes/ledger', 'store'],
    ...['store/bucket', 'temporal', 'tomoviee'],
  ],
  'temporal/payloads': ['config'],
  'temporal/traces': ['config', 'tomoviee'],
  temporal: ['config', 'contract', 'temporal/embedded', 'temporal/payloads', 'temporal/traces'],
  'temporal/embedded': ['config', 'contract', 'net', 'temporal', 'tomoviee/simulator'],
  workers: [
    ...['activities', 'config', 'contract', 'intake', 'manifests', 'media', 'net', 'store'],
    ...['temporal', 'temporal/traces', 'tomoviee', 'tomoviee/callbacks', 'tomoviee/serving'],
  ],
  client: [
    ...['config', 'contract', 'intake', 'manifests', 'media', 'net', 'outcomes'],
    ...['outcomes/ledger', 'store', 'store/bucket', 'temporal', 'temporal/payloads'],
  ],
  page: ['client', 'config', 'contract', 'manifests', 'net', 'outcomes'],
  cli: [
    ...['client', 'config', 'contract', 'intake', 'manifests', 'media', 'net', 'outcomes', 'page'],
    ...['store', 'store/bucket', 'temporal', 'temporal/payloads', 'tomoviee/simulator', 'workers'],
  ],
};

const rooms = Object.keys(MAY_IMPORT);
/** What lies in a room, and in none of the rooms within it. */
const within = (room) => {
  const inner = rooms.filter((other) => other.startsWith(`${room}/`));
  const names = inner.map((other) => `${other.slice(room.length + 1)}/`);
  return `^${room}/${names.length > 0 ? `(?!${names.join('|')})` : ''}`;
};
const any = (names) => `^(${names.join('|')})/`;

const roomRules = Object.entries(MAY_IMPORT).map(([room, others]) => ({
  name: `${room}-imports`,
  comment: `${room} may import from ${['itself', ...others].join(', ')}, no other room of ours`,
  severity: 'error',
  from: { path: within(room) },
  to: { path: any(rooms), pathNot: [room, ...others].map(within) },
}));

/** Rooms that may use only some packages, and these. */
const MAY_USE = {
  contract: [],
  // What runs in the workflow sandbox must be deterministic.
  workflows: ['@temporalio/workflow', '@temporalio/common', 'p-limit'],
  'workflows/traces': [
    ...['@temporalio/workflow', '@temporalio/common', '@temporalio/interceptors-opentelemetry'],
  ],
};
const innerOf = (room) => Object.keys(MAY_USE).filter((other) => other.startsWith(`${room}/`));

const packageRules = Object.entries(MAY_USE).map(([room, packages]) => ({
  name: `${room}-packages`,
  comment: `${room} may use ${packages.join(', ') || 'no package'}, and nothing of Node`,
  severity: 'error',
  from: { path: any([room]), pathNot: innerOf(room).map((inner) => `^${inner}/`) },
  to: {
    dependencyTypesNot: ['local', 'localmodule'],
    pathNot: [any(rooms), ...packages.map((name) => `(^|/)node_modules/${name}/`)],
  },
}));

/** All others know no Temporal. */
const TEMPORAL = ['activities', 'client', 'temporal', 'workers', 'workflows'];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...roomRules,
    ...packageRules,
    {
      name: 'unlisted-folder',
      comment:
        'state in .dependency-cruiser.cjs what this folder may import, and who may import it',
      severity: 'error',
      from: { path: any(rooms) },
      to: {
        path: '^[^/.]+/',
        pathNot: ['(^|/)node_modules/', any(rooms)],
        dependencyTypes: ['local'],
      },
    },
    {
      name: 'nothing-imports-tests',
      comment: 'tests and benchmarks are not part of the product',
      severity: 'error',
      from: { path: any(rooms) },
      to: { path: any(['test', 'bench', 'scripts']) },
    },
    {
      name: 'temporal-in-its-places',
      comment: `all but ${TEMPORAL.join(', ')} know no Temporal`,
      severity: 'error',
      from: { path: any(rooms), pathNot: any(TEMPORAL) },
      to: { path: '(^|/)node_modules/@temporalio/' },
    },
    {
      name: 'light-supervisor',
      comment: 'one supervisor runs for each home: it loads nothing but zod',
      severity: 'error',
      from: { path: '^temporal/embedded/supervisor-main\\.ts$' },
      to: { reachable: true, path: '(^|/)node_modules/', pathNot: '(^|/)node_modules/zod/' },
    },
    {
      name: 'no-cycles',
      comment: 'of types neither: files that need each other are one file, or lack a third',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'declared-packages',
      comment: 'add the package to "dependencies" in package.json',
      severity: 'error',
      from: { path: any(rooms) },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|node_modules/\\.cache)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    // An import of types alone ties two folders together as well.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types'] },
  },
};
