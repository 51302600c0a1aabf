package voice

import (
	"context"
	"fmt"
	"strings"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

const (
	allowed   = "INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, INFO, UPDATE, REFER, NOTIFY"
	supported = "timer"
)

// route says who takes which request. A defect of ours in one message ends
// with this message, not with the program.
func (s *Service) route(server *sipgo.Server) {
	take := func(method sip.RequestMethod, f sipgo.RequestHandler) {
		server.OnRequest(method, func(req *sip.Request, tx sip.ServerTransaction) {
			defer func() {
				if r := recover(); r != nil {
					s.Log.ErrorContext(context.Background(), "voice: a message could not be handled", "method", string(method), "error", fmt.Sprint(r))
					_ = tx.Respond(sip.NewResponseFromRequest(req, 500, "Server Internal Error", nil))
				}
			}()
			if req.Via() == nil || req.CSeq() == nil || req.CallID() == nil || req.From() == nil || req.To() == nil {
				respond(tx, req, 400, "Bad Request")
				return
			}
			if req.CSeq().MethodName != req.Method {
				respond(tx, req, 400, "CSeq of another method")
				return
			}
			f(req, tx)
		})
	}
	take(sip.INVITE, s.invited)
	take(sip.ACK, s.acknowledged)
	take(sip.BYE, s.said(bye))
	take(sip.CANCEL, func(req *sip.Request, tx sip.ServerTransaction) {
		respond(tx, req, 481, "Call/Transaction Does Not Exist")
	})
	take(sip.OPTIONS, s.options)
	take(sip.REGISTER, s.registered)
	take(sip.INFO, s.said(info))
	take(sip.UPDATE, s.said(update))
	take(sip.REFER, s.said(referred))
	take(sip.NOTIFY, s.said(notified))
	server.OnNoRoute(func(req *sip.Request, tx sip.ServerTransaction) {
		respond(tx, req, 405, "Method Not Allowed", sip.NewHeader("Allow", allowed))
	})
}

// respond answers a request. A failed answer comes again with the request.
func respond(tx sip.ServerTransaction, req *sip.Request, code int, reason string, more ...sip.Header) {
	if req.IsAck() {
		return
	}
	res := sip.NewResponseFromRequest(req, code, reason, nil)
	for _, h := range more {
		res.AppendHeader(h)
	}
	_ = tx.Respond(res)
}

// find gives the call that a request within a dialog belongs to.
func (s *Service) find(req *sip.Request) *Call {
	ours, _ := req.To().Params.Get("tag")
	theirs, _ := req.From().Params.Get("tag")
	s.mu.Lock()
	c := s.calls[ours]
	s.mu.Unlock()
	if c == nil || c.dialog == nil || c.dialog.callID != req.CallID().Value() {
		return nil
	}
	c.dialog.mu.Lock()
	defer c.dialog.mu.Unlock()
	if c.dialog.theirTag != theirs {
		return nil
	}
	return c
}

// said wraps what is done with a request within a dialog.
func (s *Service) said(f func(c *Call, req *sip.Request, tx sip.ServerTransaction)) sipgo.RequestHandler {
	return func(req *sip.Request, tx sip.ServerTransaction) {
		c := s.find(req)
		switch {
		case c == nil:
			respond(tx, req, 481, "Call/Transaction Does Not Exist")
		case !c.dialog.heard(req):
			respond(tx, req, 500, "Server Internal Error")
		case !c.dialog.from(req): // who knows a dialog's tags and isn't its end has overheard them
			respond(tx, req, 403, "Forbidden")
		default:
			if unknown := required(req); unknown != "" {
				respond(tx, req, 420, "Bad Extension", sip.NewHeader("Unsupported", unknown))
				return
			}
			f(c, req, tx)
		}
	}
}

func bye(c *Call, req *sip.Request, tx sip.ServerTransaction) {
	respond(tx, req, 200, "OK")
	c.finish(WhyPeer)
}

func info(c *Call, req *sip.Request, tx sip.ServerTransaction) {
	if h := req.ContentType(); h != nil {
		if k, ok := infoKey(h.Value(), req.Body()); ok {
			c.sound.info(k)
			respond(tx, req, 200, "OK")
			return
		}
		respond(tx, req, 415, "Unsupported Media Type", sip.NewHeader("Accept", "application/dtmf-relay, application/dtmf"))
		return
	}
	respond(tx, req, 200, "OK")
}

func (s *Service) options(req *sip.Request, tx sip.ServerTransaction) {
	if _, within := req.To().Params.Get("tag"); within && s.find(req) == nil {
		respond(tx, req, 481, "Call/Transaction Does Not Exist")
		return
	}
	respond(tx, req, 200, "OK", sip.NewHeader("Allow", allowed), sip.NewHeader("Accept", "application/sdp"),
		sip.NewHeader("Supported", supported), sip.NewHeader("Accept-Language", "yue, zh-Hant, en, cmn"))
}

// required lists the extensions that a request demands and we don't know.
func required(req *sip.Request) string {
	var unknown []string
	for _, h := range req.GetHeaders("Require") {
		for _, option := range strings.Split(h.Value(), ",") {
			if option = strings.TrimSpace(option); option != "" && !strings.EqualFold(option, "timer") {
				unknown = append(unknown, option)
			}
		}
	}
	return strings.Join(unknown, ", ")
}

// has reports whether a list header names an option.
func has(m interface{ GetHeaders(string) []sip.Header }, option string, names ...string) bool {
	for _, name := range names {
		for _, h := range m.GetHeaders(name) {
			for _, v := range strings.Split(h.Value(), ",") {
				if strings.EqualFold(strings.TrimSpace(v), option) {
					return true
				}
			}
		}
	}
	return false
}
