package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// patience is how long the API server waits for an answer.
const patience = 30 * time.Second

// client has one connection, and costs little beside the server that it measures: its requests are ready-made.
type client struct {
	address string
	config  *tls.Config
	conn    *tls.Conn
	in      *bufio.Reader
	body    bytes.Buffer
}

// ask puts a question and checks the answer; after an error the connection is made anew with the next question.
func (c *client) ask(what question) error {
	if c.conn == nil {
		conn, err := tls.Dial("tcp", c.address, c.config)
		if err != nil {
			return err
		}
		c.conn, c.in = conn, bufio.NewReader(conn)
	}
	err := c.exchange(what)
	if err != nil {
		c.close()
	}
	return err
}

func (c *client) close() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}

func (c *client) exchange(what question) error {
	if err := c.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	if _, err := c.conn.Write(what.request); err != nil {
		return err
	}
	response, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	c.body.Reset()
	if _, err := c.body.ReadFrom(response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%v: status %s", what.images, response.Status)
	}
	if err := judge(c.body.Bytes(), what); err != nil {
		return err
	}
	if response.Close {
		return errors.New("the server does not keep the connection")
	}
	return nil
}

// judge compares an answer with the right one.
func judge(text []byte, what question) error {
	var told review
	if err := json.Unmarshal(text, &told); err != nil {
		return fmt.Errorf("%v: %w", what.images, err)
	}
	if told.Kind != kind || told.APIVersion != apiVersion || told.Status.Allowed == nil {
		return fmt.Errorf("%v: no ImageReview came back: %.200s", what.images, text)
	}
	if allowed := *told.Status.Allowed; allowed != what.allowed {
		return fmt.Errorf("%v: allowed is %t: %s", what.images, allowed, told.Status.Reason)
	}
	return nil
}
