<?php

// Finds a free telephone number, makes it yours and points it somewhere, over NTSAPI with TLS. PHP 8 with OpenSSL.
//
//   NTSAPI_PASSWORD=... php ntsapi.php ntsapi.example.com 777 /home/certificate/example-root.crt 10020 01224______ S:441224000000@sip.example.com

declare(strict_types=1);

/** A session. Every command has exactly one reply; success begins with 0. */
final class Ntsapi
{
    private const SECONDS = 30;

    /** @var resource */
    private $stream;

    /** Connects to a server whose certificate is signed by the root and holds the name; nothing is sent to any other. */
    public function __construct(string $host, int $port, string $root)
    {
        $context = stream_context_create(['ssl' => [
            'cafile' => $root,
            'verify_peer' => true,
            'verify_peer_name' => true,
            'peer_name' => $host,
            'crypto_method' => STREAM_CRYPTO_METHOD_TLSv1_2_CLIENT | STREAM_CRYPTO_METHOD_TLSv1_3_CLIENT,
        ]]);

        // PHP says why TLS failed in warnings, and in nothing else.
        $warnings = [];
        set_error_handler(function (int $level, string $message) use (&$warnings): bool {
            $warnings[] = $message;
            return true;
        });
        $stream = stream_socket_client("tls://$host:$port", $code, $message, self::SECONDS, STREAM_CLIENT_CONNECT, $context);
        restore_error_handler();
        if ($stream === false) {
            throw new RuntimeException("cannot connect to $host:$port: " . implode('; ', $warnings));
        }

        stream_set_timeout($stream, self::SECONDS);
        $this->stream = $stream;
        $this->reply('the greeting');
    }

    /** Sends a command; returns the text of its reply behind the 0. */
    public function send(string $command): string
    {
        if (preg_match('/[^ -~]/', $command) === 1) {
            throw new RuntimeException('a command is one line of printable ASCII');
        }

        fwrite($this->stream, $command . "\r\n");
        return $this->reply(explode(' ', $command)[0]);
    }

    private function reply(string $to): string
    {
        $line = fgets($this->stream);
        if ($line === false) {
            throw new RuntimeException("$to: the server did not answer");
        }

        if ($line[0] !== '0') {
            throw new NtsapiRefusal("$to: " . trim(substr($line, 2)));
        }

        return trim(substr($line, 2));
    }
}

/** The server understood, and said no. */
final class NtsapiRefusal extends RuntimeException
{
}

/** Finds a number and takes it. Nobody keeps a number that was found: when somebody else was quicker, there is another one. */
function take(Ntsapi $ntsapi, string $pattern): string
{
    for ($try = 1; ; $try++) {
        $number = explode(' ', $ntsapi->send("ALLO $pattern"))[0];
        try {
            $ntsapi->send("ACTI $number");
            return $number;
        } catch (NtsapiRefusal $refusal) {
            if ($try === 5) {
                throw $refusal;
            }
        }
    }
}

try {
    if ($argc !== 7) {
        throw new RuntimeException('usage: NTSAPI_PASSWORD=... php ntsapi.php HOST PORT ROOT USER PATTERN TARGET');
    }

    [, $host, $port, $root, $user, $pattern, $target] = $argv;
    $ntsapi = new Ntsapi($host, (int) $port, $root);
    $ntsapi->send("AUTH $user " . getenv('NTSAPI_PASSWORD'));
    $number = take($ntsapi, $pattern);
    $ntsapi->send("SET $number 1 $target");

    // 01224000000 Y 2026-12-31 target|target|target
    [$number, , $until, $targets] = explode(' ', $ntsapi->send("STAT $number"), 4);
    $ntsapi->send('QUIT');
    echo "$number is yours until $until and rings at ", explode('|', $targets)[0], "\n";
} catch (RuntimeException $problem) {
    fwrite(STDERR, 'ntsapi: ' . $problem->getMessage() . "\n");
    exit(1);
}
