package knowledge

const deskPath = "/contact/knowledge/desk"
