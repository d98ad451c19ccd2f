! The mistakes of ../c/mistakes.c by the module liboauth.
program mistakes
  use, intrinsic :: iso_c_binding, only: c_null_char
  use, intrinsic :: iso_fortran_env, only: output_unit
  use :: liboauth
  implicit none
  character(*), parameter :: words = 'Löhne für Ærø 日本 🔑'
  type(oauth_client) :: client, closed, other
  type(oauth_outcome) :: outcome
  character(64) :: buffer
  character(12) :: field
  character(:), allocatable :: text
  integer :: stale, gone, right, number

  if (command_argument_count() > 0) then
    call own_http()
    stop 0, quiet=.true.
  end if
  call client%new()
  call closed%new()
  stale = closed%get_handle()
  call closed%close()
  call failed('stale', failure_of(oauth_refresh(stale)))
  call closed%refresh(outcome)
  call failed('closed', outcome)
  call client%set(OAUTH_CLIENT_ID, 'a client')
  call failed('short_buffer', failure_of(oauth_get(client%get_handle(), OAUTH_CLIENT_ID, buffer, 4)))
  call client%set(OAUTH_SCOPE, repeat('x', 100000))
  call client%get(OAUTH_SCOPE, text)
  write (output_unit, '(a, i0)') 'grown 0 0 ', merge(len(text), 0, text == repeat('x', 100000))
  call other%open('no-such-profile', outcome)
  call failed('unknown_profile', outcome)
  call client%exchange_code('', outcome)
  call failed('no_code', outcome)
  call client%exchange_code('not-a-code', outcome)
  call failed('wrong_code', outcome)
  call client%set(OAUTH_PKCE, 'sometimes', outcome)
  call failed('value', outcome)
  call client%set(99999, 'x', outcome)
  call failed('property', outcome)
  call failed('length', failure_of(oauth_set(client%get_handle(), OAUTH_SCOPE, 'x', -7)))
  call client%set(OAUTH_SCOPE, char(255) // char(254), outcome)
  call failed('not_utf_8', outcome)
  call came_back('utf_8', scope(words))
  call other%open(words, outcome)
  call failed('utf_8_in_error', outcome)
  ! A blank at the end counts only where a NUL is behind it.
  right = oauth_set(client%get_handle(), OAUTH_SCOPE, ' read ' // c_null_char, OAUTH_NUL_TERMINATED)
  call client%get(OAUTH_SCOPE, text)
  call came_back('blanks', '[' // text // ']')
  field = 'read'
  call came_back('padded', '[' // scope(field) // ']')
  call came_back('empty', '[' // scope('') // ']')
  right = 0
  !$omp parallel do num_threads(8) schedule(static, 1) reduction(+:right)
  do number = 0, 7
    right = right + told_its_own(number)
  end do
  write (output_unit, '(a, i0)') 'threads 0 0 ', right

  ! What is Fortran's alone: a client ends with its procedure, and one that is opened again ends the one before;
  ! nothing behind a NUL is lost.
  call leave(gone)
  if (oauth_stop_waiting(gone) /= OAUTH_ERROR_HANDLE) print '(a)', 'it has not ended with its procedure'
  call other%new()
  gone = other%get_handle()
  call other%new()
  if (oauth_stop_waiting(gone) /= OAUTH_ERROR_HANDLE) print '(a)', 'the one before has not ended'
  call client%set(OAUTH_SCOPE, 'read' // c_null_char // 'write', outcome)
  if (outcome%answer /= OAUTH_ERROR_VALUE) print '(a)', 'a NUL in a text went by'
  if (outcome%action /= OAUTH_ACTION_FIX .or. index(outcome%text, 'NUL') == 0) print '(a)', outcome%text
  call client%field(OAUTH_FIELD_TOKEN, 'read' // c_null_char // 'write', text, outcome)
  if (outcome%answer /= OAUTH_ERROR_VALUE .or. text /= '') print '(a)', 'a NUL in a name went by'
  call other%open('read' // c_null_char // 'write', outcome)
  if (outcome%answer /= OAUTH_ERROR_VALUE) print '(a)', "a NUL in a profile's name went by"
  if (other%get_handle() /= 0) print '(a)', 'it is open all the same'
  if (scope('read' // c_null_char // c_null_char // '  ') /= 'read') print '(a)', 'a NUL behind a text is not its end'
  if (index(oauth_version_text(), '.') == 0) print '(a)', 'no version'
  call other%close()
  call client%close()
  call client%close()
  deallocate(text)

contains

  ! The program's own HTTP: of headers and body each byte counts.
  subroutine own_http()
    character(*), parameter :: eol = char(13) // char(10), type = 'Content-Type: application/json' // eol
    character(*), parameter :: url = 'https://api.example/me'
    type(oauth_client) :: web
    type(oauth_outcome) :: became
    character(:), allocatable :: back
    call web%new()
    call web%set(OAUTH_HTTP, 'caller')
    call web%set(OAUTH_TOKEN_ENDPOINT, 'https://tokens.example/token')
    call web%set(OAUTH_CLIENT_ID, 'a client')
    call web%set(OAUTH_CLIENT_AUTH, 'none')
    call web%request_token('client_credentials', became)
    call failed('needed', became)
    call web%http_request(OAUTH_REQUEST_METHOD, back)
    call came_back('method', back)
    call web%http_request(OAUTH_REQUEST_URL, back)
    call came_back('url', back)
    call web%http_request(OAUTH_REQUEST_CONTENT, back)
    call came_back('content', back)
    call web%http_response(200, type, '{"access_token":"t' // char(0) // 'w' // char(255) // '"}', became)
    call failed('bytes', became)
    call web%request_token('client_credentials', became)
    call web%http_response(200, type, &
        '{"access_token":"one","expires_in":3600,"who":{"name":"' // words // '"}}', became)
    call came_back('taken', number_of(became%answer))
    call web%access_token(back)
    call came_back('token', back)
    call web%field(OAUTH_FIELD_TOKEN, 'who.name', back)
    call came_back('member', back)
    call web%field(OAUTH_FIELD_TOKEN, 'who.else', back, became)
    call failed('no_member', became)
    call web%request_headers('GET', url, back)
    call came_back('headers', back(:index(back, char(13)) - 1))
    call web%api_response(url, 401, '', became)
    call came_back('again', number_of(became%answer))
    call web%bearer_header(back, became)
    call failed('rejected', became)
    call web%http_response(503, 'Retry-After: 7' // eol, '', became)
    call failed('busy', became)
    call web%get(OAUTH_RETRY_AFTER, back)
    call came_back('retry_after', back)
  end subroutine

  function number_of(number)
    integer, intent(in) :: number
    character(:), allocatable :: number_of
    character(12) :: digits
    write (digits, '(i0)') number
    number_of = trim(digits)
  end function

  subroutine came_back(name, back)
    character(*), intent(in) :: name, back
    write (output_unit, '(3a)') name, ' 0 0 ', back
  end subroutine

  subroutine failed(name, became)
    character(*), intent(in) :: name
    type(oauth_outcome), intent(in) :: became
    write (output_unit, '(2a, i0, a, i0, 2a)') name, ' ', became%answer, ' ', became%action, ' ', became%text
  end subroutine

  ! What a C function has answered.
  type(oauth_outcome) function failure_of(answer)
    integer, intent(in) :: answer
    character(512) :: why
    integer :: length
    failure_of%answer = answer
    failure_of%action = oauth_error_action()
    length = oauth_error_text(why, len(why))
    failure_of%text = why(:length)
  end function

  function scope(value)
    character(*), intent(in) :: value
    character(:), allocatable :: scope
    call client%set(OAUTH_SCOPE, value)
    call client%get(OAUTH_SCOPE, scope)
  end function

  ! 1 where a thread that fails is told its own sentence each time.
  integer function told_its_own(number)
    integer, intent(in) :: number
    type(oauth_client) :: mine
    type(oauth_outcome) :: became
    integer :: turn, told
    told = 0
    call mine%new()
    do turn = 1, 100
      call mine%set(merge(OAUTH_PKCE, 99999, mod(number, 2) == 1), 'sometimes', became)
      if (index(became%text, merge('pkce:', '99999', mod(number, 2) == 1)) == 1) told = told + 1
    end do
    told_its_own = merge(1, 0, told == 100)
  end function

  subroutine leave(handle)
    integer, intent(out) :: handle
    type(oauth_client) :: mine
    call mine%new()
    handle = mine%get_handle()
  end subroutine
end program
