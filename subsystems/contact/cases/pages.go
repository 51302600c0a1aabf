package cases

const (
	rootPath      = "/contact"
	followPath    = rootPath + "/follow"
	writePath     = rootPath + "/write"
	deskPath      = rootPath + "/desk"
	referralsPath = rootPath + "/referrals"
	ownPath       = "/me/cases"
)
