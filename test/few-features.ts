/**
 * Features of an organization with less to deploy, for tests that ask how work goes on and not what it makes: three fifths of the resources in
 * an admin stack of one region, and in members none of the documents, which are four fifths of a baseline's state. `make torture`, the
 * demo and the tests of what is made have all of them.
 */
export const FEW_FEATURES = {
  alerts: { enabled: false },
  systemsManager: { enabled: false },
};
