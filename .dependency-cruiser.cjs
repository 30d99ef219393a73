// Who may import whom. A folder that is not listed here fails, so that a new one is thought about.

/** Our folders, and those each may import from besides itself. */
const MAY_IMPORT = {
  contract: [],
  net: [],
  workflows: ['contract'],
  tomoviee: ['contract', 'net'],
  store: ['contract'],
  simulator: ['contract'],
  media: ['contract', 'net'],
  manifests: ['contract', 'store'],
  ledger: ['contract', 'manifests', 'net', 'store'],
  intake: ['contract', 'manifests', 'net', 'outcomes', 'store'],
  callbacks: ['contract', 'net'],
  activities: [
    ...['contract', 'intake', 'ledger', 'manifests', 'media', 'net', 'outcomes', 'store'],
    'tomoviee',
  ],
  outcomes: ['contract', 'manifests', 'store'],
  workers: [
    ...['activities', 'callbacks', 'contract', 'intake', 'ledger', 'manifests', 'media', 'net'],
    ...['outcomes', 'simulator', 'store', 'tomoviee', 'workflows'],
  ],
  client: ['contract', 'intake', 'ledger', 'manifests', 'net', 'outcomes', 'store', 'workers'],
  cli: [
    'client',
    'contract',
    'intake',
    'manifests',
    'media',
    'net',
    'outcomes',
    'simulator',
    'workers',
  ],
};

const folders = Object.keys(MAY_IMPORT);
const any = (names) => `^(${names.join('|')})/`;

const folderRules = Object.entries(MAY_IMPORT).map(([folder, others]) => ({
  name: `${folder}-imports`,
  comment: `${folder} may import from ${['itself', ...others].join(', ')}, no other folder of ours`,
  severity: 'error',
  from: { path: any([folder]) },
  to: { path: any(folders), pathNot: any([folder, ...others]) },
}));

/** Folders that may use only some packages, and these. */
const MAY_USE = {
  contract: [],
  // What runs in the workflow sandbox must be deterministic.
  workflows: ['@temporalio/workflow', '@temporalio/common', 'p-limit'],
};

const packageRules = Object.entries(MAY_USE).map(([folder, packages]) => ({
  name: `${folder}-packages`,
  comment: `${folder} may use ${packages.join(', ') || 'no package'}, and nothing of Node`,
  severity: 'error',
  from: { path: any([folder]) },
  to: {
    dependencyTypesNot: ['local', 'localmodule'],
    pathNot: [any(folders), ...packages.map((name) => `(^|/)node_modules/${name}/`)],
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...folderRules,
    ...packageRules,
    {
      name: 'unlisted-folder',
      comment:
        'state in .dependency-cruiser.cjs what this folder may import, and who may import it',
      severity: 'error',
      from: { path: any(folders) },
      to: {
        path: '^[^/.]+/',
        pathNot: ['(^|/)node_modules/', any(folders)],
        dependencyTypes: ['local'],
      },
    },
    {
      name: 'nothing-imports-tests',
      comment: 'tests and benchmarks are not part of the product',
      severity: 'error',
      from: { path: any(folders) },
      to: { path: any(['test', 'bench', 'scripts']) },
    },
    {
      name: 'temporal-in-its-places',
      comment: 'all but activities, workflows, callbacks, workers and client know no Temporal',
      severity: 'error',
      from: {
        path: any([
          ...['cli', 'intake', 'ledger', 'manifests', 'media', 'net', 'outcomes', 'simulator'],
          ...['store', 'tomoviee'],
        ]),
      },
      to: { path: '(^|/)node_modules/@temporalio/' },
    },
    {
      name: 'light-supervisor',
      comment: 'one supervisor runs for each home: it loads nothing but zod',
      severity: 'error',
      from: { path: '^workers/embedded/supervisor-main\\.ts$' },
      to: { reachable: true, path: '(^|/)node_modules/', pathNot: '(^|/)node_modules/zod/' },
    },
    {
      name: 'no-cycles',
      comment: 'types may refer to each other; code that runs may not',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'declared-packages',
      comment: 'add the package to "dependencies" in package.json',
      severity: 'error',
      from: { path: any(folders) },
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
