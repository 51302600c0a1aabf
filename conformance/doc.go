// Package conformance tries what Praya claims with clients that we did not write: npm packages
// pinned in package-lock.json, which .ci/install installs. It has tests only.
package conformance
