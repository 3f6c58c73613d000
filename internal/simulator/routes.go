package simulator

import "net/http"

// routes is everything that the simulator serves, in both forms of the API.
func (s *Simulator) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, route := range []struct {
		pattern string
		kind    RequestKind
		form    Form
		access  access
		handle  handler
	}{
		{"POST /oauth2/access_token", RequestToken, Unified, accessOpen, s.token},
		{"POST /auth/v1/oauth2/access_token", RequestToken, Unified, accessOpen, s.token},
		{"GET /sdwan/v2.1/api/profile", RequestProfile, Unified, accessProfile, s.profile},
		{"POST /v2.0/api/login", RequestToken, Legacy, accessOpen, s.login},
		{"GET /v2.0/api/profile", RequestProfile, Legacy, accessProfile, s.profile},
		{"GET /v2.1/api/profile", RequestProfile, Legacy, accessProfile, s.profile},
		{"/", RequestOther, Unified, accessOpen, notFound},
	} {
		mux.Handle(route.pattern, s.endpoint(route.kind, route.form, route.access, route.handle))
	}
	for _, resource := range []struct {
		method, version, path string
		kind                  RequestKind
		handle                handler
	}{
		{"POST", "v2.1", "software/current_status/query", RequestQuery, s.queryCurrent},
		{"POST", "v2.1", "software/status/query", RequestOther, s.queryHistory},
		{"GET", "v2.1", "elements/{id}/software/status", RequestOther, s.getHistory},
		{"GET", "v2.0", "elements/{id}/software/state", RequestOther, s.getState},
		{"PUT", "v2.0", "elements/{id}/software/state", RequestOther, s.putState},
		{"POST", "v2.0", "elements/{id}/operations", RequestOther, s.operate},
		{"GET", "v3.2", "elements", RequestOther, s.listElements},
		{"GET", "v3.2", "elements/{id}", RequestOther, s.getElement},
		{"GET", "v2.4", "element_images", RequestOther, s.listImages},
		{"GET", "v2.4", "element_images/{id}", RequestOther, s.getImage},
	} {
		for form, prefix := range map[Form]string{
			Unified: "/sdwan/" + resource.version + "/api/",
			Legacy:  "/" + resource.version + "/api/tenants/{tenant_id}/",
		} {
			mux.Handle(resource.method+" "+prefix+resource.path, s.endpoint(resource.kind, form, accessPrimed, resource.handle))
		}
	}
	mux.Handle("/_simulator/", s.admin())
	return mux
}

// notFound answers for every path that is not served; its code is inferred.
func notFound(c *call) ([]byte, error) {
	return nil, refuse(http.StatusNotFound, "RESOURCE_NOT_FOUND", "%s %s is not served.", c.request.Method, c.request.URL.Path)
}
