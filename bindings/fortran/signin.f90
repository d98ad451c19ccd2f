! signin PROFILE: prints the header for a request to the API. Where a person must sign in for it, prints
! the address to open in a browser, and reads the one that the browser ends at.
!
!   gfortran -o signin liboauth.f90 signin.f90 -loauth
program signin
  use, intrinsic :: iso_fortran_env, only: error_unit, input_unit, output_unit
  use :: liboauth
  implicit none
  type(oauth_client) :: client
  type(oauth_outcome) :: outcome
  character(:), allocatable :: profile, header
  integer :: length

  if (command_argument_count() /= 1) then
    write (error_unit, '(a)') 'usage: signin PROFILE'
    stop 1, quiet=.true.
  end if
  call get_command_argument(1, length=length)
  allocate(character(length) :: profile)
  call get_command_argument(1, profile)

  call client%open(profile, outcome)
  call end_if_failed()
  call client%bearer_header(header, outcome)
  if (outcome%action == OAUTH_ACTION_SIGN_IN) call sign_in()
  call end_if_failed()
  write (output_unit, '(a)') header
  call client%close()

contains

  ! Sends the person to the browser, and exchanges what comes back for tokens.
  subroutine sign_in()
    character(:), allocatable :: url
    call client%build_authorize_url(url, outcome)
    call end_if_failed()
    write (output_unit, '(a)') url
    flush (output_unit)
    call client%exchange_code(line(), outcome)
    call end_if_failed()
    call client%bearer_header(header, outcome)
  end subroutine

  ! A line of any length; empty at the end of the input.
  function line()
    character(:), allocatable :: line
    character(1024) :: part
    integer :: size, status
    line = ''
    do
      read (input_unit, '(a)', advance='no', size=size, iostat=status) part
      if (status > 0 .or. is_iostat_end(status)) return
      line = line // part(:size)
      if (is_iostat_eor(status)) return
    end do
  end function

  subroutine end_if_failed()
    if (outcome%answer >= 0) return
    write (error_unit, '(a, i0, 2a)') 'error ', outcome%answer, ': ', outcome%text
    write (error_unit, '(2a)') 'What to do: ', what_to_do(outcome%action)
    stop 1, quiet=.true.
  end subroutine

  function what_to_do(action)
    integer, intent(in) :: action
    character(:), allocatable :: what_to_do
    select case (action)
    case (OAUTH_ACTION_RETRY)
      what_to_do = 'try again later.'
    case (OAUTH_ACTION_SIGN_IN)
      what_to_do = 'start again, and sign in.'
    case (OAUTH_ACTION_FIX)
      what_to_do = 'mend the configuration; trying again will not help.'
    case default
      what_to_do = 'send the request that waits: the profile has http = "caller".'
    end select
  end function
end program
