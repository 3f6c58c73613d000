package simulator

import "net/http"

// route is an endpoint in one form of the API.
type route struct {
	pattern string
	kind    RequestKind
	form    Form
	access  access
	handle  handler
}

// routeTable holds the sign-in, whose paths differ between the forms.
var routeTable = []route{
	{"POST /oauth2/access_token", RequestToken, Unified, accessOpen, (*Simulator).token},
	{"POST /auth/v1/oauth2/access_token", RequestToken, Unified, accessOpen, (*Simulator).token},
	{"GET /sdwan/v2.1/api/profile", RequestProfile, Unified, accessProfile, (*Simulator).profile},
	{"POST /v2.0/api/login", RequestToken, Legacy, accessOpen, (*Simulator).login},
	{"GET /v2.0/api/profile", RequestProfile, Legacy, accessProfile, (*Simulator).profile},
	{"GET /v2.1/api/profile", RequestProfile, Legacy, accessProfile, (*Simulator).profile},
	{"/", RequestOther, Unified, accessOpen, (*Simulator).notFound},
}

// resourceTable holds the endpoints of a tenant, which both forms have.
var resourceTable = []struct {
	method, version, path string
	kind                  RequestKind
	handle                handler
}{
	{"POST", "v2.1", "software/current_status/query", RequestQuery, (*Simulator).queryCurrent},
	{"POST", "v2.1", "software/status/query", RequestOther, (*Simulator).queryHistory},
	{"GET", "v2.1", "elements/{id}/software/status", RequestOther, (*Simulator).getHistory},
	{"GET", "v2.0", "elements/{id}/software/state", RequestOther, (*Simulator).getState},
	{"PUT", "v2.0", "elements/{id}/software/state", RequestOther, (*Simulator).putState},
	{"POST", "v2.0", "elements/{id}/operations", RequestOther, (*Simulator).operate},
	{"POST", "v3.2", "elements/query", RequestElements, (*Simulator).queryElements},
	{"GET", "v3.2", "elements", RequestElements, (*Simulator).listElements},
	{"GET", "v3.2", "elements/{id}", RequestOther, (*Simulator).getElement},
	{"POST", "v4.13", "sites/query", RequestSites, (*Simulator).querySites},
	{"GET", "v4.13", "sites", RequestSites, (*Simulator).listSites},
	{"GET", "v2.4", "element_images", RequestImages, (*Simulator).listImages},
	{"GET", "v2.4", "element_images/{id}", RequestOther, (*Simulator).getImage},
}

// routes is everything that the simulator serves.
func (s *Simulator) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, row := range routeTable {
		mux.Handle(row.pattern, s.endpoint(row))
	}
	for _, row := range resourceTable {
		for form, prefix := range map[Form]string{
			Unified: "/sdwan/" + row.version + "/api/",
			Legacy:  "/" + row.version + "/api/tenants/{tenant_id}/",
		} {
			served := route{row.method + " " + prefix + row.path, row.kind, form, accessPrimed, row.handle}
			mux.Handle(served.pattern, s.endpoint(served))
		}
	}
	mux.Handle("/_simulator/", s.admin())
	return mux
}
