/** The kinds of the Operator Lifecycle Manager. */
export const olmKinds = {
  catalog: 'operators.coreos.com/v1alpha1 CatalogSource',
  subscription: 'operators.coreos.com/v1alpha1 Subscription',
  plan: 'operators.coreos.com/v1alpha1 InstallPlan',
  version: 'operators.coreos.com/v1alpha1 ClusterServiceVersion',
  operatorGroup: 'operators.coreos.com/v1 OperatorGroup',
} as const;
