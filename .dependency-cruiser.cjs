/**
 * Who may import whom. Closed by default: a folder may import nothing until a rule below says so. The test
 * test/architecture.test.ts runs this and asserts how many modules were seen, since an empty run would pass as well.
 */
const may = (from, to, comment) => ({ from: { path: from }, to: { path: to }, ...(comment ? { comment } : {}) });

module.exports = {
  allowed: [
    // Leaves: words and values, no I/O.
    may('^src/errors/', '^src/errors/'),
    may('^src/secrets/', '^src/(secrets|errors)/'),
    may('^src/events/', '^src/(plan/plan|kubernetes/rollout/status)\\.ts$'),
    // Text to recipe; the step registry is given to it.
    may('^src/recipe/', '^src/(recipe|errors)/|^src/plan/(step-plan|plan)\\.ts$'),
    may('^src/questions/', '^src/(questions|recipe|secrets|errors)/|^src/plan/(step-plan|plan)\\.ts$'),
    may('^src/plan/', '^src/(plan|recipe|questions|secrets|errors)/|^src/kubernetes/objects\\.ts$'),
    // Types of the tools that write argument vectors.
    may(
      '^src/plan/(step-plan|preflight/.*)\\.ts$',
      '^src/(tools/(docker|helm|kubectl)/(docker|helm|kubectl)|providers/provider)\\.ts$',
    ),
    may(
      '^src/facts/',
      '^src/(facts|errors|plan)/|^src/kubernetes/(objects|quantity|watch/cluster-reader)\\.ts$|^src/tools/(helm/helm|registry/registry)\\.ts$',
    ),
    may(
      '^src/engine/',
      '^src/(engine|events|plan|secrets|errors)/|^src/kubernetes/(objects|watch/cluster-reader|rollout/status)\\.ts$|^src/(tools/(docker|helm|kubectl|shell)/(docker|helm|kubectl|run)|providers/provider)\\.ts$',
    ),
    may('^src/engine/outputs\\.ts$', '^src/plan/'),
    may(
      '^src/steps/',
      '^src/(steps|engine|plan|recipe|questions|secrets|errors|kubernetes)/|^src/tools/(docker|helm|kubectl)/(docker|helm|kubectl)\\.ts$',
    ),
    may(
      '^src/providers/',
      '^src/(providers|tools|errors|secrets)/|^src/plan/plan\\.ts$|^src/kubernetes/(objects|quantity)\\.ts$',
    ),
    may('^src/tools/', '^src/(tools|errors|secrets)/|^src/kubernetes/objects\\.ts$|^src/plan/plan\\.ts$'),
    // Rules and diagnosis are pure; the watch and the wait read.
    may(
      '^src/kubernetes/(rollout|diagnosis)/',
      '^src/kubernetes/((rollout|diagnosis)/|objects\\.ts|watch/(snapshot|cluster-reader)\\.ts)|^src/secrets/sanitise\\.ts$',
    ),
    may(
      '^src/kubernetes/watch/',
      '^src/(kubernetes/watch|errors|secrets)/|^src/kubernetes/objects\\.ts$|^src/tools/(shell/|problem\\.ts|capture\\.ts)',
    ),
    may('^src/kubernetes/until-ready\\.ts$', '^src/(kubernetes|events)/'),
    // A process of its own: it knows Kubernetes, and nothing of plans, steps and screens.
    may('^src/rehearsal/', '^src/(rehearsal|errors)/|^src/kubernetes/objects\\.ts$'),
    may('^src/rehearsal/start\\.ts$', '^src/tools/shell/run\\.ts$'),
    // The wizard's side of the turns holds its programs and requests.
    may(
      '^src/rehearsal/turns/(wizard-time|held-run|watch-inbox)\\.ts$',
      '^src/(clock|tools/shell/run|kubernetes/watch/transport)\\.ts$',
    ),
    may('^src/rehearsal/images/nearest\\.ts$', '^src/recipe/closest\\.ts$'),
    // A Docker without an engine: it speaks and fails as the one with an engine does.
    may(
      '^src/rehearsal/images/rehearsed-docker\\.ts$',
      '^src/tools/(docker/(build-failure|build-output|create-docker|docker)|shell/run)\\.ts$',
    ),
    // Front ends draw facts; they know no tool and no step.
    may(
      '^src/ui/',
      '^src/(ui|events|errors)/|^src/(plan/plan|plan/preflight/report|questions/question|providers/provider|kubernetes/rollout/status|secrets/(sanitise|secret))\\.ts$',
    ),
    may('^src/ui/create-frontend\\.ts$', '^src/cli/invocation\\.ts$'),
    may('^src/cli/', '^src/(cli|errors)/|^src/(recipe/closest|secrets/sanitise)\\.ts$'),
    may(
      '^src/commands/',
      '^src/(?!main|start|compose|stage|first-screen|rehearsal)|^src/rehearsal/(start|chance|turns/wizard-time|faults/(catalogue|fault)|images/rehearsed-docker|network/expected-answers)\\.ts$',
    ),
    may('^src/(main|start|compose|stage|first-screen)\\.ts$', '^src/'),
    // Time is passed in everywhere.
    may('^src/', '^src/clock\\.ts$'),
    may('^src/steps/', '^src/events/'),
    // Packages and Node itself: the rules under `forbidden` say who.
    may('^src/', '^node:|node_modules'),
    { from: { path: '^src/' }, to: { dependencyTypes: ['core'] } },
  ],
  forbidden: [
    only('ink|react|react-reconciler', '^src/ui/ink/'),
    only('@inquirer/[a-z-]+', '^src/ui/prompts/'),
    only('zx', '^src/tools/shell/'),
    only('yaml', '^src/(recipe|questions|export|rehearsal|tools)/'),
    only('chalk', '^src/ui/(plain/|ink/first-paint)'),
    {
      name: 'child-processes',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/tools/shell/' },
      to: { path: '^(node:)?child_process$' },
    },
    {
      name: 'pure',
      severity: 'error',
      from: { path: '^src/(errors|events|kubernetes/(rollout|diagnosis))/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};

function only(packages, folder) {
  return {
    name: `only-${packages}`,
    severity: 'error',
    from: { path: '^src/', pathNot: folder },
    to: { path: `node_modules/(${packages})/` },
  };
}
