// The peer that Go programs such as SFTPGo are made of: golang.org/x/crypto/ssh and github.com/pkg/sftp, nothing around them.
// usage: gosftp PORT HOSTKEY AUTHORIZEDKEY
package main

import (
	"bytes"
	"fmt"
	"log"
	"net"
	"os"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	hostKey, err := os.ReadFile(os.Args[2])
	must(err)
	signer, err := ssh.ParsePrivateKey(hostKey)
	must(err)
	line, err := os.ReadFile(os.Args[3])
	must(err)
	installed, _, _, _, err := ssh.ParseAuthorizedKey(line)
	must(err)
	config := &ssh.ServerConfig{
		PublicKeyCallback: func(_ ssh.ConnMetadata, offered ssh.PublicKey) (*ssh.Permissions, error) {
			if bytes.Equal(offered.Marshal(), installed.Marshal()) {
				return nil, nil
			}
			return nil, fmt.Errorf("not installed")
		},
	}
	config.AddHostKey(signer)
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	must(err)
	for {
		connection, err := listener.Accept()
		must(err)
		go serve(connection, config)
	}
}

func serve(connection net.Conn, config *ssh.ServerConfig) {
	server, channels, requests, err := ssh.NewServerConn(connection, config)
	if err != nil {
		connection.Close()
		return
	}
	defer server.Close()
	go ssh.DiscardRequests(requests)
	for opened := range channels {
		channel, requests, err := opened.Accept()
		if err != nil {
			return
		}
		go func() {
			for request := range requests {
				request.Reply(request.Type == "subsystem" && string(request.Payload[4:]) == "sftp", nil)
			}
		}()
		go func() {
			if files, err := sftp.NewServer(channel); err == nil {
				files.Serve()
				files.Close()
			}
			channel.Close()
		}()
	}
}
